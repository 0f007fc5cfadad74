"""Handlers: one function per message."""
