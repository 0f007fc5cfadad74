"""Demonstrate Aftercart: process one order with all services, on real servers."""
