"""What goes wrong with the local stack, told to the person who started it."""

from shared.runtime.errors import AftercartError


class StackError(AftercartError):
    """What was asked cannot be done: one sentence that says what to do, and where it helps the last
    lines of a log.
    """
