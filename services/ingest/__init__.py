"""Ingest: fetches mails from mailboxes, files each into its thread, and serves the desk.

Stores the position in each mailbox, the source of every mail once, threads with their messages and
search terms, the conversation of each Message-ID, the recipients of forwarded threads, contacts,
options and predefined messages, forms until their mail is sent, and the data of orders, customers
and shops needed for filing. Needs its database, mailboxes by IMAP or POP3, and the keys that sign
reply addresses and Message-IDs.

Its messages are listed in `docs/reference/messages.md`.
"""
