"""Answer the probes of an orchestrator, without a login."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

UNAVAILABLE = 503


async def healthy(_http: Request) -> Response:
    """Answer: the console runs. It serves without RabbitMQ, too, and returns the typed text."""
    return PlainTextResponse("OK\n")


async def ready(http: Request) -> Response:
    """Answer whether RabbitMQ is connected."""
    if http.app.state.console.bus.connected:
        return PlainTextResponse("OK\n")
    return PlainTextResponse("The console is not connected to RabbitMQ.\n", UNAVAILABLE)


ROUTES = [Route("/-/healthy", healthy), Route("/-/ready", ready)]
