"""What the service `orders` keeps: tables, and the stores that load and write them in sets."""
