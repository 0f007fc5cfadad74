"""A TCP proxy between a client and a server that records, cuts, delays or changes the data."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Rule = Callable[[bytes], bytes | None]
"""What becomes of the bytes that the server sends; None cuts the wire."""


@dataclass
class Proxy:
    """A running proxy. `heard`: all data of the clients."""

    port: int
    rule: Rule
    heard: bytearray = field(default_factory=bytearray)


@contextmanager
def tcp_proxy(
    server_port: int, rule: Rule = lambda data: data, at: str = "127.0.0.1"
) -> Iterator[Proxy]:
    """Run a proxy to a server on this machine until the block ends."""
    with socket.create_server((at, 0)) as door:
        line = Proxy(door.getsockname()[1], rule)
        threading.Thread(target=_serve, args=(door, server_port, line), daemon=True).start()
        yield line


def _serve(door: socket.socket, server_port: int, line: Proxy) -> None:
    with suppress(OSError):
        while True:
            client, _ = door.accept()
            server = socket.create_connection(("127.0.0.1", server_port))
            for pump in (_upward, _downward):
                threading.Thread(target=pump, args=(client, server, line), daemon=True).start()


def _upward(client: socket.socket, server: socket.socket, line: Proxy) -> None:
    with suppress(OSError):
        while data := client.recv(65536):
            line.heard += data
            server.sendall(data)
    _end(client, server)


def _downward(client: socket.socket, server: socket.socket, line: Proxy) -> None:
    with suppress(OSError):
        while data := server.recv(65536):
            passed = line.rule(data)
            if passed is None:
                break
            client.sendall(passed)
    _end(client, server)


def _end(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
