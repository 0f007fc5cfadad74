"""One function per incoming message: what happened is turned into mails, and mails are sent."""
