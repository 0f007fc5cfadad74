"""What the service `ingest` keeps: tables, and the stores that load and write them in sets."""
