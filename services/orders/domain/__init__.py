"""Pure values and decisions of the service `orders`."""
