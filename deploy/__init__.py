"""Run Aftercart: the local stack, the demonstration, benchmarks and container images."""
