"""Clients of the services: programs that only know RabbitMQ and the contracts."""
