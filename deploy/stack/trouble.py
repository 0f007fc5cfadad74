"""Define the error of the local stack."""

from shared.runtime.errors import AftercartError


class StackError(AftercartError):
    """An operation failed: one sentence with a remedy and, where it helps, the last lines of a
    log.
    """
