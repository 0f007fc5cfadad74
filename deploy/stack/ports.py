"""Ports of the loopback address, the only one the local stack listens on."""

import random
import socket
from pathlib import Path

from deploy.stack.trouble import StackError

LOOPBACK = "127.0.0.1"
CLIENT_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")

# Held until this process ends, by whatever way: nothing is left to clear away, and no child
# inherits them.
_claims: list[socket.socket] = []


def free_port() -> int:
    """A TCP port that nothing listens on. Raises StackError when there is none.

    It lies below the range that the kernel hands to clients: none of them can sit on it while its
    server is away. While this process lives it is given to nobody else, also not to another process
    that asks here.
    """
    first_of_clients = int(CLIENT_RANGE.read_text().split()[0])
    lowest = 10_000 if first_of_clients > 12_000 else 1_024
    for port in random.sample(range(lowest, first_of_clients), 100):
        if _free(port) and _claimed(port):
            return port
    raise StackError(
        "No port of 127.0.0.1 is free: stop what listens on so many, then start again."
    )


def answers(port: int) -> bool:
    """Whether something accepts connections on that port."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1):
            return True
    except OSError:
        return False


def greets(port: int, first: bytes, said: bytes = b"") -> bool:
    """Whether a server's first words on that port, after what is said to it, begin as they
    should.
    """
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


def _claimed(port: int) -> bool:
    # A server binds its ports long after they were drawn, and lets go of them when it starts anew.
    # A name without a file (unix(7), "abstract") can be held by one process of the machine at a
    # time, as the port itself.
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0aftercart.port.{port}")
    except OSError:
        claim.close()
        return False
    _claims.append(claim)
    return True
