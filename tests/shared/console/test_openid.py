"""The login by an OpenID provider, also with a certified one: npm's `oidc-provider`."""

import html
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2
import pytest
from authlib.integrations.base_client import OAuthError
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.testclient import TestClient

from deploy.stack.ports import free_port
from shared.console import openid
from shared.console.application import create_application
from shared.console.settings import ConsoleSettings
from shared.console.users import Users
from tests.languages.node import NODE, TOOLS
from tests.shared.console.conftest import OURS
from tests.shared.console.fakes import FakeBus


class Provider:
    def __init__(self, claims: dict[str, Any] | None) -> None:
        self.claims = claims

    async def authorize_redirect(self, http: Request, address: str) -> RedirectResponse:
        return RedirectResponse(f"https://id.test/?redirect_uri={address}")

    async def authorize_access_token(self, http: Request) -> dict[str, Any]:
        if self.claims is None:
            raise OAuthError("mismatching_state")
        return {"userinfo": self.claims}

    async def load_server_metadata(self) -> dict[str, Any]:
        return {}


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"email": "anna@shop.test", "email_verified": True}, 303),
        ({"email": "anna@shop.test", "email_verified": False}, 401),
        ({"email": "anna@shop.test"}, 401),  # not stated to be verified
        ({"email": "eve@shop.test", "email_verified": True}, 401),
        ({}, 401),
        (None, 401),
    ],
)
def test_the_provider_names_a_user_of_the_file(
    bus: FakeBus, users: Users, monkeypatch: pytest.MonkeyPatch, claims: Any, status: int
) -> None:
    users.add("anna@shop.test", ["look"], "")
    monkeypatch.setattr(openid, "provider", lambda settings: Provider(claims))
    settings = ConsoleSettings(broker_url="amqp://n@localhost", oidc_issuer="https://id.test")
    application = create_application(bus, users, settings)
    browser = TestClient(application, headers=OURS, follow_redirects=False)
    assert "/login/oidc" in browser.get("/login").text
    begun = browser.get("/login/oidc").headers["location"]
    assert begun.endswith("http://testserver/login/oidc/callback")
    assert browser.get("/login/oidc/callback").status_code == status
    assert browser.get("/orders").status_code == (200 if status == 303 else 303)


def test_without_a_provider_there_is_no_such_login(visitor: TestClient) -> None:
    assert "/login/oidc" not in visitor.get("/login").text


CALLBACK = "http://testserver/login/oidc/callback"
PROGRAM = Path(__file__).with_name("openid_provider.mjs")


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The address of a real provider, at which everybody has an account."""
    port = free_port()
    command = [str(NODE), str(PROGRAM), str(port), CALLBACK, f"{TOOLS}/"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # the command starts Node as a child, which must end as well
    )
    assert process.stdout
    for line in process.stdout:
        if "listening" in line:
            break
    yield f"http://127.0.0.1:{port}"
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(10)


def at(issuer: str, bus: FakeBus, users: Users) -> TestClient:
    """A browser at the console of a provider."""
    settings = ConsoleSettings(
        broker_url="amqp://n@localhost",
        oidc_issuer=issuer,
        oidc_client_id="console",
        oidc_client_secret="secret of the console",
    )
    application = create_application(bus, users, settings)
    return TestClient(application, headers=OURS, follow_redirects=False)


def log_in_at_provider(address: str, name: str) -> str:
    """Log in and consent on the provider's pages, and return the address that leads back."""
    with httpx2.Client(trust_env=False) as provider:
        answer = provider.get(address)
        for _ in range(10):
            if answer.is_redirect:
                address = urljoin(str(answer.url), answer.headers["location"])
                if urlsplit(address).netloc == "testserver":
                    return address
                answer = provider.get(address)
                continue
            form = re.search(r'<form[^>]*action="([^"]+)"', answer.text)
            prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
            assert form, answer.text
            assert prompt, answer.text
            fields = {"prompt": prompt[1], "login": name, "password": "any"}
            answer = provider.post(urljoin(address, html.unescape(form[1])), data=fields)
    raise AssertionError("the provider leads nowhere")


def test_a_login_at_a_real_provider(issuer: str, bus: FakeBus, users: Users) -> None:
    """It states the address of people outside of its token only, as the standard asks it to."""
    for name in ("anna@shop.test", "new.bert@shop.test"):
        users.add(name, ["look"], "")
    browser = at(issuer, bus, users)
    begun = browser.get("/login/oidc").headers["location"]
    assert "code_challenge_method=S256" in begun
    back = log_in_at_provider(begun, "anna@shop.test")
    assert browser.get(back.replace("state=", "state=forged")).status_code == 401
    begun = browser.get("/login/oidc").headers["location"]
    back = log_in_at_provider(begun, "anna@shop.test")
    assert browser.get(back).headers["location"] == "/"
    assert "anna@shop.test" in browser.get("/orders").text
    other = at(issuer, bus, users)
    assert other.get(back).status_code == 401  # the answer to another browser
    for name in ("new.bert@shop.test", "eve@shop.test"):  # not verified; no user
        begun = other.get("/login/oidc").headers["location"]
        assert other.get(log_in_at_provider(begun, name)).status_code == 401
    assert other.get("/orders").status_code == 303


def test_a_provider_that_is_away_is_a_page(bus: FakeBus, users: Users) -> None:
    answer = at(f"http://127.0.0.1:{free_port()}", bus, users).get("/login/oidc")
    assert answer.status_code == 503
    assert "The OpenID provider does not answer." in answer.text
