"""What the service `notify` keeps: tables, and the stores that load and write them in sets."""
