"""A model of the delivery protocol, and an exhaustive search over its small histories."""
