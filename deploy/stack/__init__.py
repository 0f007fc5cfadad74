"""The local stack: the servers Aftercart needs, as private processes on free loopback ports."""
