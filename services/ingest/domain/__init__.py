"""What the service `ingest` knows and decides: pure."""
