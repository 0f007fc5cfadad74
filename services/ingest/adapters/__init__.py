"""Connections of `ingest` to mail servers: IMAP, POP3, OAuth."""
