"""All exceptions of the runtime. Each message is one sentence that says what to do."""


class AftercartError(Exception):
    """The base of all errors that callers may catch."""


class SettingsError(AftercartError):
    """A setting is missing or invalid."""


class TopologyError(AftercartError):
    """RabbitMQ cannot be reached, or an existing queue or exchange differs from the topology."""


class SchemaError(AftercartError):
    """A database is at another revision than this version needs."""


class Unprocessable(AftercartError):
    """A message that no retry can help: it goes to the dead letters at once, with this reason."""


class NotYet(AftercartError):
    """Something this message needs has not arrived yet: it is retried, and logged as expected."""


class BatchFull(AftercartError):
    """A batch has no room for one more side effect: the message is postponed to the next one."""


class Interrupted(AftercartError):
    """The process is stopping: work in progress returns to the queue."""


class WriteInReading(AftercartError):
    """A handler of a query tried to write, which is a bug."""
