"""Choose and probe ports of the loopback address; the local stack listens on no other."""

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
    """Return a TCP port on which nothing listens. Raises `StackError`.

    It is below the kernel's range for clients, so that no client takes it while its server is down.
    While this process lives, no other call returns it, not even in another process.
    """
    first_of_clients = int(CLIENT_RANGE.read_text().split()[0])
    lowest = 10_000 if first_of_clients > 12_000 else 1_024
    for port in random.sample(range(lowest, first_of_clients), 100):
        if _free(port) and _claimed(port):
            return port
    raise StackError(
        "No port of 127.0.0.1 is free: stop programs that listen on ports, then start again."
    )


def claim(port: int) -> bool:
    """Return whether nothing listens on a port; then no other process is given it while this one
    lives.
    """
    return _free(port) and _claimed(port)


def answers(port: int) -> bool:
    """Return whether a port accepts connections."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1):
            return True
    except OSError:
        return False


def greets(port: int, first: bytes, said: bytes = b"") -> bool:
    """Return whether a server's first bytes, after these were sent to it, are as expected."""
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
