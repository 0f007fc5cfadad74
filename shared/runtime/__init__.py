"""What every service runs on: broker, pipeline, outbox, database, settings, logs. Knows no service
by name.
"""
