"""Notify: sends mails to customers, each once, with their documents attached.

Stores every mail with its content, state and attempts, the bytes of documents, profiles and
templates of shops, and suppressed addresses. Needs its database, an SMTP server (or one per shop),
and the signing keys by which `ingest` recognises answers.

Its messages are listed in `docs/reference/messages.md`.
"""
