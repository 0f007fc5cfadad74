"""Ingest: fetches the customers' mails, files each into its thread, and is the desk where employees
answer them.

Takes  `mailbox.sync`; `contact.submit`, `contact.put`, `desk.put`, `canned_message.put`,
       `canned_message.remove`; `thread.reply`, `thread.add_note`, `thread.post_order_message`,
       `thread.forward`, `thread.assign`, `thread.set_status`, `thread.mark_read`,
       `thread.confirm_sender`, `thread.merge`; `customer.erase`, `customer.export`; `order.placed`,
       `order.transitioned`, `order.edited`, `order.discounted`, `order.shipping_changed`,
       `payment.recorded`, `order.exemption_changed`, `order.customer_changed`, `payment.refunded`,
       `payment.reversed`, `customer.changed`, `shop.changed`, `document.rendered`, `mail.sent`,
       `mail.failed`, `mail.suppressed`, `mail.bounced`; asks: `thread.get`, `thread.list`,
       `thread.next_unanswered`, `thread.timeline`, `thread.draft`, `contact.get|list`,
       `canned_message.get|list`, `desk.get`, `desk.statistics`, `message.get`, `attachment.get`,
       `mail.raw`, `service.health`.
Tells  `mailbox.failed`, `mailbox.recovered`, `mail.received`, `mail.bounced`, `mail.unreadable`,
       `mail.unmatched`; `thread.opened`, `thread.message_added`, `thread.replied`,
       `thread.order_message_posted`, `thread.forwarded`, `thread.assigned`,
       `thread.status_changed`, `thread.viewed`, `thread.sender_confirmed`, `thread.merged`;
       `contact.submitted`, `contact.changed`, `desk.changed`, `canned_message.changed`,
       `canned_message.removed`; `customer.erased`, `customer.exported`, and a refusal for each
       command.
Keeps  how far each mailbox was read, every mail raw and once, threads with their messages and the
       words they are found by, which conversation a Message-ID belongs to, contacts, options and
       predefined messages, what is held until its mail has left; and of orders, customers and shops
       what filing and the desk need.
Needs  its database, the mailboxes by IMAP or POP3, and the keys that reply addresses and
       Message-IDs are signed with.
"""
