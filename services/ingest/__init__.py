"""Ingest: fetches the customers' mails, files each into its thread, and holds the threads that employees answer.

Takes  `mailbox.sync`, `thread.reply`; `order.placed`, `mail.sent`; asks: `thread.get`, `thread.list`.
Tells  `mail.received`, `mail.unreadable`, `thread.opened`, `thread.message_added`, `thread.replied`, and a refusal for
       each command.
Keeps  how far each mailbox was read, every mail raw and once, threads with their messages, which conversation a
       Message-ID belongs to, and of the orders what filing needs: reference, customer and language.
Needs  its database, the mailboxes by IMAP, and the keys that reply addresses and Message-IDs are signed with.
"""
