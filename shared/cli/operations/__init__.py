"""Commands that run and check an installation."""
