"""Tests of the demonstration on a local stack."""
