"""The login by an OpenID provider."""

from typing import Any

import pytest
from authlib.integrations.base_client import OAuthError
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.testclient import TestClient

from shared.console import openid
from shared.console.application import create_application
from shared.console.settings import ConsoleSettings
from shared.console.users import Users
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


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"email": "anna@shop.test", "email_verified": True}, 303),
        ({"email": "anna@shop.test", "email_verified": False}, 401),
        ({"email": "eve@shop.test"}, 401),
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
