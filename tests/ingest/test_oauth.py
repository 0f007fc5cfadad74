"""Login with access tokens (XOAUTH2), checked by a real Dovecot."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs

import pytest
from pydantic import SecretStr

from deploy.stack.ports import free_port
from services.ingest.adapters.mail_fetcher import MailFetcher
from services.ingest.adapters.oauth import AccessTokens
from services.ingest.domain.mailbox import Mailbox, OAuth
from tests.ingest.builders import a_fetch_request, raw_mail
from tests.ingest.dovecot_mailbox import DovecotMailbox, contents, poll, reason


@dataclass
class Authority:
    """A token server: its answers, and the requests it got."""

    url: str
    answer: dict[str, object] = field(default_factory=dict)
    status: int = 200
    asked: list[dict[str, str]] = field(default_factory=list)


@pytest.fixture
def authority() -> Iterator[Authority]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            found.asked.append({name: values[0] for name, values in form.items()})
            self.send_response(found.status)
            self.end_headers()
            self.wfile.write(json.dumps(found.answer).encode())

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Authority(f"http://127.0.0.1:{server.server_port}/token")
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield found
        server.shutdown()


def by_token(
    dovecot_mailbox: DovecotMailbox,
    authority: Authority,
    protocol: str = "imap",
    refresh_token: str | None = None,
) -> Mailbox:
    oauth = OAuth.model_validate(
        {
            "token_url": authority.url,
            "client_id": "aftercart",
            "scope": "mail.read",
            "refresh_token": refresh_token,
        }
    )
    return dovecot_mailbox.reached(
        protocol, "none", oauth=oauth, password=SecretStr("the client's")
    )


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_token_logs_in(
    dovecot_mailbox: DovecotMailbox, authority: Authority, protocol: str
) -> None:
    authority.answer = {
        "access_token": dovecot_mailbox.dovecot.token(dovecot_mailbox.account.user),
        "expires_in": 3600,
    }
    dovecot_mailbox.receive(raw_mail())
    assert len(contents(poll(by_token(dovecot_mailbox, authority, protocol)))) == 1
    assert authority.asked == [
        {
            "grant_type": "client_credentials",
            "client_id": "aftercart",
            "client_secret": "the client's",
            "scope": "mail.read",
        }
    ]


def test_a_refresh_token_is_used_where_there_is_one(
    dovecot_mailbox: DovecotMailbox, authority: Authority
) -> None:
    authority.answer = {"access_token": dovecot_mailbox.dovecot.token(dovecot_mailbox.account.user)}
    assert poll(by_token(dovecot_mailbox, authority, refresh_token="lasting")).fault is None
    assert (authority.asked[0]["grant_type"], authority.asked[0]["refresh_token"]) == (
        "refresh_token",
        "lasting",
    )


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_refused_token_is_reported_without_repeating_it(
    dovecot_mailbox: DovecotMailbox, authority: Authority, protocol: str
) -> None:
    expired = dovecot_mailbox.dovecot.token(dovecot_mailbox.account.user, seconds=-60)
    authority.answer = {"access_token": expired}
    found = poll(by_token(dovecot_mailbox, authority, protocol))
    assert found.fault
    assert found.fault.code == "login_refused"
    assert expired not in found.fault.reason


def test_a_token_is_asked_for_once_while_it_lives_and_again_after_it_was_refused(
    dovecot_mailbox: DovecotMailbox, authority: Authority
) -> None:
    tokens, mailbox = AccessTokens(), by_token(dovecot_mailbox, authority)
    good = {
        "access_token": dovecot_mailbox.dovecot.token(dovecot_mailbox.account.user),
        "expires_in": 3600,
    }
    for answer, asked in ((good | {"access_token": "wrong"}, 1), (good, 2), (good, 2)):
        authority.answer = answer
        MailFetcher(tokens)(a_fetch_request(mailbox))
        assert len(authority.asked) == asked
    assert MailFetcher(tokens)(a_fetch_request(mailbox)).fault is None


def test_a_token_that_soon_expires_is_not_used_again(
    dovecot_mailbox: DovecotMailbox, authority: Authority
) -> None:
    tokens, mailbox = AccessTokens(), by_token(dovecot_mailbox, authority)
    authority.answer = {
        "access_token": dovecot_mailbox.dovecot.token(dovecot_mailbox.account.user),
        "expires_in": 59,
    }
    for asked in (1, 2):
        assert MailFetcher(tokens)(a_fetch_request(mailbox)).fault is None
        assert len(authority.asked) == asked


def test_the_reason_for_a_missing_token_is_reported(
    dovecot_mailbox: DovecotMailbox, authority: Authority
) -> None:
    authority.status, authority.answer = (
        401,
        {
            "error": "invalid_client",
            "error_description": "AADSTS7000215: wrong",
        },
    )
    found = poll(by_token(dovecot_mailbox, authority))
    assert found.fault
    assert found.fault.code == "token_refused"
    assert (
        reason(found)
        == f"No access token for '{dovecot_mailbox.account.user}': {authority.url} answered 401:"
        " AADSTS7000215: wrong"
    )


def test_an_unreachable_or_invalid_token_server_is_reported(
    dovecot_mailbox: DovecotMailbox, authority: Authority
) -> None:
    nowhere = Authority(f"http://127.0.0.1:{free_port()}/token")
    assert "gave no valid answer (ConnectError)" in reason(poll(by_token(dovecot_mailbox, nowhere)))
    assert "answered 200: no token in the answer" in reason(
        poll(by_token(dovecot_mailbox, authority))
    )
