"""The system as a whole, on real servers."""
