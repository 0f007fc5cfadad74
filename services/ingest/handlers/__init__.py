"""One function per incoming message."""
