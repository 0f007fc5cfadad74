"""Log in by an OpenID Connect provider, such as the accounts of a company."""

from typing import Any

from authlib.integrations.base_client import OAuthError
from authlib.integrations.starlette_client import OAuth
from httpx2 import HTTPError
from joserfc.errors import JoseError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from shared.console.pages.account import UNAUTHORIZED, begin_session, login_form
from shared.console.screen import SEE_OTHER
from shared.console.settings import ConsoleSettings

UNAVAILABLE = 503
CALLBACK = "/login/oidc/callback"


def provider(settings: ConsoleSettings) -> Any:
    """Return the client of the provider, which reads its addresses when it is first used."""
    secret = settings.oidc_client_secret
    return OAuth().register(
        "provider",
        client_id=settings.oidc_client_id,
        client_secret=secret.get_secret_value() if secret else None,
        server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256"},
    )


def routes(settings: ConsoleSettings, client: Any = None) -> list[Route]:
    """Return the addresses of the login by a provider; none if no provider is set."""
    if not settings.oidc_issuer:
        return []
    client = client or provider(settings)

    async def begin(http: Request) -> Response:
        scheme = "https" if settings.https else http.url.scheme
        address = f"{scheme}://{http.headers['host']}{CALLBACK}"
        try:
            response: Response = await client.authorize_redirect(http, address)
        except HTTPError:
            return login_form(http, UNAVAILABLE, fault="account.provider_away")
        return response

    async def finish(http: Request) -> Response:
        try:
            claims = await _claims(client, http)
        except (OAuthError, JoseError):
            return login_form(http, UNAUTHORIZED, fault="account.wrong")
        except HTTPError:
            return login_form(http, UNAVAILABLE, fault="account.provider_away")
        name = name_in(claims, settings.oidc_claim)
        user = http.app.state.console.users.get(name) if name else None
        if user is None:
            return login_form(http, UNAUTHORIZED, fault="account.unknown_user")
        begin_session(http, user.name)
        return RedirectResponse("/", SEE_OTHER)

    return [Route("/login/oidc", begin), Route(CALLBACK, finish)]


async def _claims(client: Any, http: Request) -> dict[str, Any]:
    """Return what the provider states of the user. Claims that its token lacks are read from its
    address for them, if they are about the same subject. Raises `OAuthError`, `JoseError` and
    `HTTPError`.

    Source: https://openid.net/specs/openid-connect-core-1_0.html#UserInfoResponse
    """
    token = await client.authorize_access_token(http)
    stated = dict(token.get("userinfo") or {})
    metadata = await client.load_server_metadata()
    if metadata.get("userinfo_endpoint"):
        more = await client.userinfo(token=token)
        if more.get("sub") == stated.get("sub"):
            stated = dict(more) | stated
    return stated


def name_in(claims: dict[str, Any], claim: str) -> str:
    """Return the claim that names the user. An e-mail names nobody unless the provider states that
    it verified it: at some providers people may write any address into their account.
    """
    if claim == "email" and claims.get("email_verified") not in (True, "true"):
        return ""
    return str(claims.get(claim) or "")
