"""The published contract: its words, its examples, its document, and that it only grows."""
