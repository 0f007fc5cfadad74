"""From what happened to the mails that tell of it."""
