"""Tables of the service `orders`, and the stores that load and write their rows in sets."""
