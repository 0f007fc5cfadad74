"""The names of exchanges and queues. `topology` declares them; broker and relay use them."""

from shared.runtime.weight import Weight

COMMANDS = "aftercart.commands"
EVENTS = "aftercart.events"
DOCUMENTS = "aftercart.documents"  # events that hold a document's bytes
REPLIES = "aftercart.replies"
DIRECT_REPLIES = "aftercart.replies.direct"  # to queues that RabbitMQ named
UNROUTED = "aftercart.unrouted"
UNANSWERED = "aftercart.unanswered"  # copies of unrouted messages, until a service answers them
REPLAYS = "aftercart.replays"  # routes to COMMANDS; only administrators may publish to it
STREAM = "aftercart.events.stream"
DOCUMENT_STREAM = "aftercart.documents.stream"


NAMED_BY_RABBITMQ = "amq.gen"
"""How the names of queues begin that were declared without a name."""


DIRECT_REPLY_TO = "amq.rabbitmq.reply-to."
"""How RabbitMQ rewrites the address of a client that uses its direct reply-to; a token follows."""


def reply_exchange(address: str) -> str:
    """Return the exchange that leads to a reply address: one that RabbitMQ made up, or a key that
    the client bound its queue with.
    """
    if address.startswith((NAMED_BY_RABBITMQ, DIRECT_REPLY_TO)):
        return DIRECT_REPLIES
    return REPLIES


def own_exchange(service: str) -> str:
    """Return the direct exchange of a service for retries, dead letters and messages to itself.
    Only the service may write to it.
    """
    return f"{service}.self"


def queue_of(service: str, weight: Weight) -> str:
    """Return the queue in which a service's messages of one weight wait."""
    if weight is Weight.WORK:
        return service
    return f"{service}.{weight.value}"


def overflow_queue(service: str) -> str:
    """Return the queue for the work of shops that flood the work queue."""
    return f"{service}.overflow"


def dead_queue(service: str) -> str:
    """Return the queue of a service's dead letters, which never expire."""
    return f"{service}.dead"


def wait_queue(service: str, delay: float) -> str:
    """Return the queue in which messages wait `delay` seconds for their next attempt, and the
    exchange that leads to it. Its routing key is the queue to which a message returns.
    """
    return f"{service}.wait.{round(delay * 1000)}"
