"""Generate pages of `docs/reference`: settings, command line and metrics."""
