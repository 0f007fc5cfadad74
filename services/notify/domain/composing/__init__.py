"""Compose the mails about an event."""
