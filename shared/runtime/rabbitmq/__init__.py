"""dramatiq's broker on RabbitMQ, the publisher, topology, names, the management API."""
