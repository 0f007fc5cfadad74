"""Reach RabbitMQ's operation from a screen."""

from shared.console.operation.operations import Operations
from shared.console.screen import Screen


def operations_of(screen: Screen) -> Operations:
    """Return what operators see and do."""
    operations: Operations = screen.http.app.state.console.operations
    return operations
