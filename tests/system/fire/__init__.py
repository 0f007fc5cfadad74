"""Proof under fire: load, faults, and a check of everything from outside."""
