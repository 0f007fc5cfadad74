"""What goes wrong with the local stack, told to the person who started it."""


class StackError(Exception):
    """What was asked cannot be done: one sentence that says what to do, and where it helps the last lines of a log."""
