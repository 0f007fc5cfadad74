"""Four houses with the same rooms."""
