"""Mails, their content and their sending: pure values and decisions."""
