"""Read the contract with the tools of other languages."""
