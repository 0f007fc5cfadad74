"""Generate pages of `docs/reference`: messages, settings, command line and metrics."""
