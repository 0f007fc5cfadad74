"""A check of the language: marks of a private idiom in docstrings and pages, counted."""
