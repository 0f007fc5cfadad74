"""Ports of the loopback address, the only one the local stack listens on."""

import random
import socket
from pathlib import Path

from deploy.stack.trouble import StackError

LOOPBACK = "127.0.0.1"
CLIENT_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")


def free_port() -> int:
    """A TCP port that nothing listens on. Raises StackError when there is none.

    It lies below the range that the kernel hands to clients: none of them can sit on it while its server is away.
    """
    first_of_clients = int(CLIENT_RANGE.read_text().split()[0])
    lowest = 10_000 if first_of_clients > 12_000 else 1_024
    for port in random.sample(range(lowest, first_of_clients), 100):
        if _free(port):
            return port
    raise StackError("No port of 127.0.0.1 is free: stop what listens on so many, then start again.")


def answers(port: int) -> bool:
    """Whether something accepts connections on that port."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1):
            return True
    except OSError:
        return False


def greets(port: int, first: bytes, said: bytes = b"") -> bool:
    """Whether a server's first words on that port, after what is said to it, begin as they should."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1) as line:
            line.sendall(said)
            return line.recv(1024).startswith(first)
    except OSError:
        return False


def _free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
