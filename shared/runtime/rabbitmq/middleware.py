"""dramatiq's middleware, which sees each message once although messages are handled in batches.

Error reporters and tracers set context variables before a message and reset them after it. In a
batch, several messages are between the two at the same time, in one thread: each has a context of
its own.
"""

from collections.abc import Callable, Sequence
from contextvars import copy_context
from pkgutil import resolve_name
from typing import Any, TypeVar

from dramatiq import Broker, Middleware
from dramatiq.broker import MessageProxy
from dramatiq.middleware import (
    Callbacks,
    GroupCallbacks,
    Pipelines,
    Retries,
    Shutdown,
    SkipMessage,
    TimeLimit,
)

from shared.runtime.errors import SettingsError, Unprocessable

T = TypeVar("T")

# they enqueue messages past the outbox, or interrupt a thread in the middle of a transaction
UNFIT = (Callbacks, GroupCallbacks, Pipelines, Retries, Shutdown, TimeLimit)


def load_middleware(paths: Sequence[str]) -> list[Middleware]:
    """Create the middleware that import paths name, such as `dramatiq.middleware.CurrentMessage`.
    Raises `SettingsError`.
    """
    return [_create(path, found) for path, found in import_middleware(paths).items()]


def import_middleware(paths: Sequence[str]) -> dict[str, Any]:
    """Return what import paths name, without calling it. Raises `SettingsError`."""
    found = {}
    for path in paths:
        try:
            found[path] = resolve_name(path)
        except (ImportError, AttributeError, ValueError) as error:
            raise _wrong(path, f"cannot be imported: {error}") from error
    return found


def _create(path: str, found: Any) -> Middleware:
    middleware = found() if callable(found) else None
    if not isinstance(middleware, Middleware):
        raise _wrong(path, "is no dramatiq middleware")
    if isinstance(middleware, UNFIT):
        raise _wrong(
            path, "cannot be used: attempts and time limits are set by Aftercart's own settings"
        )
    return middleware


def _wrong(path: str, reason: str) -> SettingsError:
    return SettingsError(f"AFTERCART_MIDDLEWARE names '{path}', which {reason}.")


def observes(middleware: Middleware) -> bool:
    """Return whether a middleware wants to see messages."""
    hooks = ("before_process_message", "after_process_message", "after_skip_message")
    return any(getattr(type(middleware), hook) is not getattr(Middleware, hook) for hook in hooks)


class ObservedMessage:
    """A message as middleware sees it: begun when its handler is called first, ended by its
    verdict, acknowledged or dead.

    A message that never reaches its handler, such as a duplicate, is not shown; one that fails
    before is begun and ended at once.
    """

    def __init__(self, broker: Broker, message: MessageProxy) -> None:
        self.broker, self.message = broker, message
        self.context = copy_context()
        self.begun = self.skipped = False

    def call(self, part: Callable[[], T], /) -> T:
        """Call a part of the message's handler in the message's context. Raises `Unprocessable`
        where a middleware skips the message.
        """
        return self.context.run(self._call, part)

    def fail(self, error: BaseException | None, *, dead: bool) -> None:
        """Show that the message failed; `dead`: it goes to the dead letters."""
        if dead:
            self.message.fail()
        self.context.run(self._end, error)

    def succeed(self) -> None:
        """Show that the message was handled."""
        if self.begun:
            self.context.run(self._end, None)

    def give_up(self) -> None:
        """Show that the message returns to the queue, where its handler was called already."""
        if self.begun:
            self.skipped = True
            self.context.run(self._end, None)

    def settle(self) -> None:
        """Show that the message was acknowledged, after a copy was sent where it failed."""
        if self.begun:
            signal = "nack" if self.message.failed else "ack"
            self.broker.emit_before(signal, self.message)
            self.broker.emit_after(signal, self.message)

    def _call(self, part: Callable[[], T]) -> T:
        self._begin()
        if self.skipped:
            raise Unprocessable("A middleware skipped the message.")
        return part()

    def _begin(self) -> None:
        if self.begun:
            return  # a batch that failed as a whole is tried again, message by message
        self.begun = True
        try:
            self.broker.emit_before("process_message", self.message)
        except SkipMessage:
            self.skipped = True

    def _end(self, error: BaseException | None) -> None:
        self._begin()
        if self.skipped:
            self.broker.emit_after("skip_message", self.message)
        else:
            self.broker.emit_after("process_message", self.message, result=None, exception=error)
