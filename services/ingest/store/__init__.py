"""The tables of `ingest`, and the stores that load and write rows in batches."""
