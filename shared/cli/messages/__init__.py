"""Commands that send, ask for and show messages of any kind."""
