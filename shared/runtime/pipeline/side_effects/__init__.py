"""Side effects of handlers: claimed, done outside of any transaction, recorded afterwards."""
