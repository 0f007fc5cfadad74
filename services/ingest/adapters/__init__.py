"""The world of `ingest`: mailboxes, by IMAP."""
