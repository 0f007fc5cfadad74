"""The service `notify`: writes to the customers, once, with the papers that belong to the letter.

Takes: `order.placed`, `order.transitioned`, `order.edited`, `order.discounted`,
       `order.shipping_changed`, `order.exemption_changed`, `order.change_announced`,
       `order.document_mail_requested`, `order.invoice_corrected`, `refund.created`,
       `return.requested|confirmed|denied|received|completed`, `voucher.created`,
       `store_credit.issued|given_back`, `shop.changed`; `document.content`, `asset.changed`;
       `thread.replied`, `thread.order_message_posted`, `thread.forwarded`, `contact.submitted`,
       `mail.bounced`; `mail.resend`, `mail.offer_downloads`, `suppression.release`, `template.put`,
       `template.reset`, `customer.erase`, `customer.export`; to itself `mail.deliver`,
       `mail.sweep`; asked `mail.list`, `mail.get`, `mail.preview`, `suppression.list`,
       `template.list`, `template.get`, `service.health`.
Tells: `mail.sent`, `mail.deferred`, `mail.failed`, `mail.suppressed`, `mail.requeued`;
       `suppression.added`, `suppression.released`; `template.changed`, `customer.erased`,
       `customer.exported`.
Keeps: every mail with its content, its state and its history of attempts; the bytes of documents;
       profiles of shops; addresses that nothing is sent to; templates of shops.
Needs: an SMTP server that takes mail for everybody, or one for each shop; and the signing keys that
       `ingest` reads answers by.
"""
