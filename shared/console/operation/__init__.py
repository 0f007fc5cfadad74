"""What operators see and do: live events, dead letters, queues, health.

RabbitMQ's management API and the clients of dead letters and health block; they run in threads.
"""
