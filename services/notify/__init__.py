"""The service `notify`: writes to the customers, once, with the papers that belong to the letter.

Takes: `order.placed`, `order.transitioned`, `document.content`, `thread.replied`, `shop.changed`; to itself
       `mail.deliver`; asked `mail.list`, `service.health`.
Tells: `mail.sent`, `mail.deferred`, `mail.failed`.
Keeps: every mail with its content, its state and its history of attempts; the bytes of documents; profiles of shops.
Needs: an SMTP server that takes mail for everybody, and the signing keys that `ingest` reads answers by.
"""
