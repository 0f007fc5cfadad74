"""Run services: broker, pipeline, outbox, database, settings, logs. Knows no service by name."""
