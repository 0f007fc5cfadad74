"""Commands on a shop: settings, products, stock, vouchers and store credit."""
