"""Finds the processes of a running stack."""

from pathlib import Path

from deploy.stack.local import LocalStack


def children(pid: int) -> list[int]:
    """Return the processes that a process started and that live."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def workers(stack: LocalStack, service: str) -> list[int]:
    """Return the worker processes of a service."""
    supervisor = stack.worker(service).pid
    return children(supervisor) if supervisor else []
