"""Read the limits of streams and external clients from the settings."""

from dataclasses import fields

from pydantic import ByteSize, Field, PositiveInt

from shared.runtime.rabbitmq.limits import Limits
from shared.runtime.settings import CommonSettings

AGE = r"^[1-9]\d*[YMDhms]$"  # as RabbitMQ writes it


class LimitSettings(CommonSettings):
    """Limits of the streams and of external clients; sizes may be written as `20GB`."""

    stream_age: str = Field(
        default=Limits.stream_age,
        pattern=AGE,
        description="Age of the oldest event for late readers, as `90D` or `12h`",
    )
    stream_bytes: ByteSize = Field(
        default=ByteSize(Limits.stream_bytes), description="Size of all events for late readers"
    )
    document_age: str = Field(
        default=Limits.document_age,
        pattern=AGE,
        description="Age of the oldest document for external clients",
    )
    document_bytes: ByteSize = Field(
        default=ByteSize(Limits.document_bytes),
        description="Size of all documents for external clients",
    )
    unrouted_bytes: ByteSize = Field(
        default=ByteSize(Limits.unrouted_bytes),
        description="Size of stored commands with unknown names; further ones are refused",
    )
    client_connections: PositiveInt = Field(
        default=Limits.client_connections, description="Connections of each client's user"
    )
    client_channels: PositiveInt = Field(
        default=Limits.client_channels, description="Channels of each client's user"
    )
    client_queue_bytes: ByteSize = Field(
        default=ByteSize(Limits.client_queue_bytes),
        description="Size of the replies that wait in one queue; the oldest are removed",
    )
    client_queue_idle: PositiveInt = Field(
        default=Limits.client_queue_idle,
        description="Seconds until a queue for replies without a consumer is removed",
    )
    queues: PositiveInt = Field(
        default=Limits.queues,
        description="Queues of the virtual host; one client process needs one",
    )

    def limits(self) -> Limits:
        """Return the limits for the topology."""
        names = {field.name for field in fields(Limits)}
        return Limits(**self.model_dump(include=names))
