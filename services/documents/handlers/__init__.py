"""One handler per incoming message."""
