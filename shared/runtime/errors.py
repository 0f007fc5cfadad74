"""All exceptions of the runtime. Each text is one sentence for the person who has to act on it."""


class AftercartError(Exception):
    """Anything of ours that a caller may catch."""


class SettingsError(AftercartError):
    """A setting is missing or wrong."""


class TopologyError(AftercartError):
    """RabbitMQ holds something that does not fit the topology, or cannot be reached."""


class SchemaError(AftercartError):
    """A database is not at the revision that this code needs."""


class Unprocessable(AftercartError):
    """A message that no repetition will help: it goes to the dead letters at once, with this
    text.
    """


class NotYet(AftercartError):
    """Something this message needs has not arrived; it is tried again later, without noise."""


class BatchFull(AftercartError):
    """There is no room for one more act in this turn: the message waits for the next, unclaimed."""


class Interrupted(AftercartError):
    """The process is stopping; what was begun is given back."""
