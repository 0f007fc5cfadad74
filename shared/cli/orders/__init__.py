"""Commands on orders."""
