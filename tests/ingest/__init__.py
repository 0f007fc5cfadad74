"""The service `ingest`: mails read, filed, answered; mailboxes fetched from real servers."""
