"""Commands on outgoing mails."""
