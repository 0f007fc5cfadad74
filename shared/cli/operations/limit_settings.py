"""Read the limits of streams and external clients from the settings."""

from dataclasses import fields

from pydantic import ByteSize, Field, PositiveInt

from shared.runtime.rabbitmq.limits import Limits
from shared.runtime.settings import CommonSettings

AGE = r"^[1-9]\d*[YMDhms]$"  # as RabbitMQ writes it


class LimitSettings(CommonSettings):
    """Limits of the streams and of external clients; sizes may be written as `20GB`."""

    stream_age: str = Field(default=Limits.stream_age, pattern=AGE)
    stream_bytes: ByteSize = ByteSize(Limits.stream_bytes)
    document_age: str = Field(default=Limits.document_age, pattern=AGE)
    document_bytes: ByteSize = ByteSize(Limits.document_bytes)
    unrouted_bytes: ByteSize = ByteSize(Limits.unrouted_bytes)
    client_connections: PositiveInt = Limits.client_connections
    client_channels: PositiveInt = Limits.client_channels
    client_queue_bytes: ByteSize = ByteSize(Limits.client_queue_bytes)
    client_queue_idle: PositiveInt = Limits.client_queue_idle
    queues: PositiveInt = Limits.queues

    def limits(self) -> Limits:
        """Return the limits for the topology."""
        names = {field.name for field in fields(Limits)}
        return Limits(**self.model_dump(include=names))
