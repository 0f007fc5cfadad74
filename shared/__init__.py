"""The common ground of all services."""
