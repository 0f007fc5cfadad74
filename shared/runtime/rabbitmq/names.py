"""Names of everything we keep in RabbitMQ; `topology` declares them, broker and relay use them."""

COMMANDS = "aftercart.commands"
EVENTS = "aftercart.events"
REPLIES = "aftercart.replies"
UNROUTED = "aftercart.unrouted"
STREAM = "aftercart.events.stream"


def own_exchange(service: str) -> str:
    """The service's own direct exchange: retries, dead letters and messages to itself. Nobody else
    may write it.
    """
    return f"{service}.self"


def dead_queue(service: str) -> str:
    """Where dead letters are kept, without limit of time."""
    return f"{service}.dead"


def wait_queue(service: str, delay: float) -> str:
    """Where a message waits `delay` seconds for its next attempt."""
    return f"{service}.wait.{round(delay * 1000)}"
