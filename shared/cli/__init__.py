"""The command line `aftercart`. It finds the services by their entry points and names none."""
