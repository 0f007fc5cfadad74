"""A worker process: threads, supervisor, logs, metrics, health, the pool of child processes."""
