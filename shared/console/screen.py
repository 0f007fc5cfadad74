"""One request of a user: ask, send a command, and show a page."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, RedirectResponse, Response

from shared.clients.client import NoReply, Refusal, Request, new_id
from shared.console.bus import Bus
from shared.console.form_data import InvalidField, Reader
from shared.console.language import Language
from shared.console.messages import command_named, version_of
from shared.console.recent_answers import RecentAnswers
from shared.console.roles import FORCE, LARGE_REFUNDS
from shared.console.saved_filters import SavedFilters
from shared.console.settings import ConsoleSettings
from shared.console.users import User
from shared.writing.currencies import exponent

Data = dict[str, Any]
SEE_OTHER, UNPROCESSABLE = 303, 422
OPTIONAL_SECONDS = 4.0  # to wait for a part that a page can do without
MESSAGE_ID = "_id"
CURRENCY = "_currency"


class Refused(Exception):
    """A service refused a query or command for which the screen has no other answer."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


class NotAllowed(Exception):
    """The user lacks a permission."""

    def __init__(self, permission: str) -> None:
        super().__init__(permission)
        self.permission = permission


@dataclass
class Faults:
    """Why a submitted form was not accepted, by field; `sentence` is shown above the form."""

    sentence: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    code: str = ""

    def at(self, name: str) -> str:
        """Return the fault of a field, or of a part of it; empty if there is none."""
        for path, sentence in self.fields.items():
            if path == name or path.startswith((f"{name}.", f"{name}[")):
                return sentence
        return ""


@dataclass
class Screen:
    """What a handler of a page works with. `form` holds what was submitted, `faults` why it was
    not accepted; both are empty when a page is only looked at. `options` are the fields of the
    shop's settings, empty if no service answered; `without_profile`: the shop has none yet, so that
    no mail can be sent for it.
    """

    http: HttpRequest
    user: User
    language: Language
    shop: str
    bus: Bus
    settings: ConsoleSettings
    render: Callable[..., str]
    filters: SavedFilters
    answers: RecentAnswers
    options: Data = field(default_factory=dict)
    without_profile: bool = False
    form: FormData = field(default_factory=FormData)
    faults: Faults = field(default_factory=Faults)

    # --- what was asked ---------------------------------------------------------------------------

    def path(self, name: str) -> str:
        """Return a part of the address, as declared in the route."""
        return str(self.http.path_params[name])

    def query(self, name: str, default: str = "") -> str:
        """Return a parameter of the address."""
        return self.http.query_params.get(name, default)

    def submitted(self, name: str, default: str = "") -> str:
        """Return the text of an input of the submitted form."""
        value = self.form.get(name, default)
        return value if isinstance(value, str) else default

    def replace_inputs(self, changes: Mapping[str, str]) -> None:
        """Change inputs of the submitted form; an empty text removes one."""
        inputs: list[tuple[str, str | UploadFile]] = []
        for name, value in self.form.multi_items():
            if name not in changes:
                inputs.append((name, value))
        inputs += filter(itemgetter(1), changes.items())
        self.form = FormData(inputs)

    @property
    def zone(self) -> str:
        """The time zone of the shop."""
        return self.language.zone

    # --- RabbitMQ ---------------------------------------------------------------------------------

    async def ask(
        self, name: str, data: Data | None = None, *, timeout: float | None = None
    ) -> Data:
        """Send a query and return the fields of its answer. Raises `Refused`."""
        answer = await self.ask_if_possible(name, data, timeout=timeout)
        if isinstance(answer, Refusal):
            raise Refused(answer)
        return answer

    async def ask_recent(self, name: str, data: Data | None = None) -> Data:
        """Send a query about settings that hardly change, or return its last answer if it is
        recent. Raises `Refused`.
        """
        found = self.answers.get(self.shop, name, data or {})
        if found is None:
            found = await self.ask(name, data)
            self.answers.put(self.shop, name, data or {}, found)
        return found

    async def try_ask(
        self, name: str, data: Data | None = None, *, timeout: float = OPTIONAL_SECONDS
    ) -> Data | None:
        """Send a query for a part that the page can do without. Return None if it is refused, or
        if its service does not answer.
        """
        try:
            answer = await self.ask_if_possible(name, data, timeout=timeout)
        except NoReply:
            return None
        return None if isinstance(answer, Refusal) else answer

    async def ask_if_possible(
        self, name: str, data: Data | None = None, *, timeout: float | None = None
    ) -> Data | Refusal:
        """Send a query and return the fields of its answer, or the refusal."""
        return await self._request(name, data or {}, new_id(), timeout)

    async def send(
        self,
        name: str,
        data: Data,
        *,
        message_id: str | None = None,
        timeout: float | None = None,
    ) -> Data | Refusal:
        """Send a command and return the fields of its reply, or the refusal.

        `by` is set to the user where the command has it. The id is that of the submitted form, so
        that a form sent twice is one command. Raises `NotAllowed`.
        """
        model = command_named(name)
        if "by" in model.model_fields:
            data = data | {"by": self.user.name}
        if data.get("force"):
            self.require(FORCE)
        chosen = message_id or self.submitted(MESSAGE_ID) or new_id()
        try:
            return await self._request(name, data, chosen, timeout)
        finally:
            self.answers.expire(self.shop)

    async def run(
        self,
        name: str,
        fixed: Data,
        *,
        then: str,
        again: Callable[["Screen"], Awaitable[Response]],
        done: str = "common.done",
    ) -> Response:
        """Send a command with the submitted form's fields and `fixed` ones.

        When it is done, redirect to the page `then` with the text `done`; when it is refused, show
        the page `again`, with the refusal at its field.
        """
        try:
            data = self.read(name) | fixed
        except InvalidField as error:
            self.faults = Faults(fields={error.field: self.language.text(error.key)})
            return await again(self)
        outcome = await self.send(name, data)
        if isinstance(outcome, Refusal):
            self.show_refusal(outcome)
            return await again(self)
        return self.redirect(then, done)

    def read(self, name: str) -> Data:
        """Return the submitted form as fields of a command. Raises `InvalidField`."""
        inputs: list[tuple[str, str]] = []
        for key, value in self.form.multi_items():
            if isinstance(value, str) and not key.startswith("_"):
                inputs.append((key, value))
        return self.reader().read(command_named(name), inputs)

    def reader(self) -> Reader:
        """Return what converts the texts of the submitted form."""
        currency = self.submitted(CURRENCY) or self.query(CURRENCY) or self.currency
        return Reader(currency=currency, zone=self.zone)

    @property
    def currency(self) -> str:
        """The currency of amounts that are typed without one."""
        return self.settings.currency

    def show_refusal(self, refusal: Refusal) -> None:
        """Show a refusal in the form: at its field, if it names one."""
        sentence = refusal.sentence or refusal.reason
        self.faults = Faults(sentence=sentence, code=refusal.code)
        for fault in refusal.details.get("faults", ()):
            self.faults.fields[fault["field"]] = fault.get("sentence") or fault["problem"]
        if self.faults.fields and all(map(self._has_input, self.faults.fields)):
            self.faults.sentence = ""  # each fault is shown at its input
        wrong = refusal.details.get("field")
        if wrong and wrong not in self.faults.fields:
            self.faults.fields[str(wrong)] = sentence

    def _has_input(self, field: str) -> bool:
        """Return whether the submitted form has an input for a field, or for the whole of it."""
        for name in self.form:
            if name == field or field.startswith((f"{name}.", f"{name}[")):
                return True
        return False

    async def _request(
        self, name: str, data: Data, message_id: str, timeout: float | None
    ) -> Data | Refusal:
        request = Request(
            name,
            data,
            self.shop,
            id=message_id,
            version=version_of(name),
            language=self.language.tag,
        )
        reply = await self.bus.request(request, timeout or self.settings.wait)
        return reply.refusal or reply.data

    # --- rights -----------------------------------------------------------------------------------

    def may(self, permission: str) -> bool:
        """Return whether the user may do something (see `roles`)."""
        return self.user.may(permission)

    def require(self, permission: str) -> None:
        """Raise `NotAllowed` if the user lacks a permission."""
        if not self.may(permission):
            raise NotAllowed(permission)

    def require_refund(self, amount: Mapping[str, Any]) -> None:
        """Raise `NotAllowed` if a refund is above the limit of the settings and the user may give
        no such refund.
        """
        limit = self.settings.refund_limit.get(amount["currency"])
        if limit is None:
            return
        if amount["amount"] > limit * 10 ** exponent(amount["currency"]):
            self.require(LARGE_REFUNDS)

    # --- responses --------------------------------------------------------------------------------

    def page(self, template: str, status: int = 200, **context: Any) -> Response:
        """Return a page. A form that was not accepted has the status 422."""
        if self.faults.sentence or self.faults.fields:
            status = UNPROCESSABLE
        return HTMLResponse(self.render(template, screen=self, **context), status)

    def redirect(self, path: str, done: str = "", **values: Any) -> Response:
        """Redirect to a page of the console, which shows the text `done` once."""
        if done:
            self.flash(self.language.text(done, **values))
        return RedirectResponse(local_path(path), SEE_OTHER)

    def flash(self, sentence: str) -> None:
        """Show a sentence on the next page."""
        self.http.session["flash"] = sentence

    def take_flash(self) -> str:
        """Return the sentence to show on this page, once."""
        return str(self.http.session.pop("flash", ""))

    def url(self, **changes: Any) -> str:
        """Return the address of this page with other parameters; None removes one."""
        parameters: list[tuple[str, Any]] = []
        for name, value in self.http.query_params.multi_items():
            if name not in changes:
                parameters.append((name, value))
        for name, value in changes.items():
            if value not in (None, ""):
                parameters.append((name, value))
        path = self.http.url.path
        return f"{path}?{urlencode(parameters)}" if parameters else path


def local_path(address: str) -> str:
    """Return an address if it is a path of this console, else that of the first page: an address
    in a form must lead nowhere else.
    """
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not address.startswith("/") or "\\" in address:
        return "/"
    if address.startswith("//"):
        return "/"
    return address
