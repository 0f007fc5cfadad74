"""Answer HTTP in a thread: metrics for Prometheus, and probes for an orchestrator."""

import socket
from collections.abc import Callable, Iterable, Mapping
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

Application = Callable[..., Iterable[bytes]]
Probe = Callable[[], str]
"""Return why a probe fails, as one sentence; empty if it succeeds."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _SilentHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is given
        """Log nothing: probes and scrapes come every few seconds."""


def serve(host: str, port: int, application: Application) -> None:
    """Answer requests to an address in a new thread. Raises `OSError` if it cannot be opened."""
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    server_class = type("_Server", (_Server,), {"address_family": family})
    server: WSGIServer = make_server(host, port, application, server_class, _SilentHandler)
    Thread(target=server.serve_forever, daemon=True, name="http").start()


def with_probes(application: Application, probes: Mapping[str, Probe]) -> Application:
    """Answer the paths in `probes` with 200 or, with the reason, 503; pass other requests on."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        probe = probes.get(environ["PATH_INFO"])
        if probe is None:
            return application(environ, start_response)
        reason = probe()
        status = "200 OK"
        if reason:
            status = "503 Service Unavailable"
        start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
        return [f"{reason or 'OK'}\n".encode()]

    return answer
