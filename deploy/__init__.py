"""How it is run: the local stack, containers, clusters."""
