"""Pure values and decisions about documents, from a snapshot to the printed text."""
