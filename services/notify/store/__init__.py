"""Tables of `notify`, and the stores that load and write them in sets."""
