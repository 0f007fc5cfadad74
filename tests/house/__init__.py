"""Whole walks through the house, on real servers."""
