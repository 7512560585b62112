"""The whole server over HTTP: the guard, then health, then who calls, then the server that is theirs."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType

from mcp.server.auth.middleware.auth_context import AuthContextMiddleware
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser, BearerAuthBackend, RequireAuthMiddleware
from mcp.server.auth.routes import build_resource_metadata_url, create_protected_resource_routes
from mcp.server.auth.settings import AuthSettings
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from stocktrim_client import StockTrimClient
from stocktrim_client.changes import caller as on_behalf_of
from stocktrim_mcp_server import server
from stocktrim_mcp_server.keys import keys_in
from stocktrim_mcp_server.serving.callers import Caller, Gatekeeper, TokensFile
from stocktrim_mcp_server.serving.guard import LOOPBACK, Guard
from stocktrim_mcp_server.serving.health import Health
from stocktrim_mcp_server.serving.oauth import READ, WRITE, OAuth
from stocktrim_mcp_server.serving.seats import MCP_PATH, MESSAGES_PATH, SSE_PATH, Accounts
from stocktrim_mcp_server.settings import Settings, SettingsError

Connect = Callable[[Settings], StockTrimClient]

OPEN = (
    "Whoever reaches {host} could use this server: give it tokens (STOCKTRIM_TOKENS_FILE, or STOCKTRIM_OAUTH_ISSUER), "
    "listen at 127.0.0.1, or say --without-authentication as well."
)


class Site:
    """Everything at one address. `asgi` is what a web server runs."""

    def __init__(
        self, settings: Settings, connect: Connect = server.connect, environ: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """Raises: SettingsError for settings under which it would be open to anybody, or that cannot be meant."""
        http = settings.http
        self._settings = settings
        self._gatekeeper = gatekeeper_of(settings, environ)
        if self._gatekeeper is None and http.host not in LOOPBACK and not http.without_authentication:
            raise SettingsError(OPEN.format(host=http.host))
        self.accounts = Accounts(
            http.max_accounts,
            connect,
            keys_in(http.secret_file),
            server.rest_collector,
            read_only=settings.read_only,
        )
        self.asgi = self._built()

    def _built(self) -> Starlette:
        settings, gatekeeper = self._settings, self._gatekeeper
        # Its own account is made at once, so that what is wrong with its menu is said at the start.
        own = self.accounts.of(settings)
        own.stays = True
        health = Health(own.app, has_account=settings.sandbox or gatekeeper is None or _has_credentials(settings))
        routes = [
            Route("/healthz", health.lives, methods=["GET"]),
            Route("/readyz", health.is_ready, methods=["GET"]),
        ]
        middleware = [Middleware(Guard, settings.http)]
        if settings.http.allowed_origins:
            middleware.append(
                Middleware(
                    CORSMiddleware,
                    allow_origins=list(settings.http.allowed_origins),
                    allow_methods=["GET", "POST", "DELETE"],
                    allow_headers=["*"],
                    expose_headers=["Mcp-Session-Id", "WWW-Authenticate"],
                )
            )
        entrance: ASGIApp = self._to_seat
        if gatekeeper is not None:
            auth = gatekeeper.auth if isinstance(gatekeeper, OAuth) else None
            entrance = _required(self._to_seat, auth)
            routes += _described(auth)
            middleware += [
                Middleware(AuthenticationMiddleware, backend=BearerAuthBackend(gatekeeper)),
                Middleware(AuthContextMiddleware),
            ]
        paths = (SSE_PATH, MESSAGES_PATH) if settings.transport == "sse" else (MCP_PATH,)
        routes += [Route(path, endpoint=_Endpoint(entrance)) for path in paths]
        return Starlette(routes=routes, middleware=middleware, lifespan=self._lifespan)

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncGenerator[None]:
        self.accounts.of(self._settings).seat(self._settings)
        try:
            yield
        finally:
            await self.accounts.aclose()

    async def _to_seat(self, scope: Scope, receive: Receive, send: Send) -> None:
        caller = self._caller(scope)
        if caller is None:
            await PlainTextResponse("This token is good no longer.\n", status_code=401)(scope, receive, send)
            return
        token = on_behalf_of.set(caller.name or None)
        try:
            seat = self.accounts.of(caller.settings).seat(caller.settings)
            await seat(scope, receive, send)
        finally:
            on_behalf_of.reset(token)

    def _caller(self, scope: Scope) -> Caller | None:
        if self._gatekeeper is None:
            return Caller("", self._settings)
        user = scope.get("user")
        return self._gatekeeper.caller(user.access_token) if isinstance(user, AuthenticatedUser) else None


class _Endpoint:
    """An ASGI application as the end of a route: an object, as Starlette would call a method with a request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


def gatekeeper_of(settings: Settings, environ: Mapping[str, str]) -> Gatekeeper | None:
    """Who lets callers in. None: nobody does. Raises: SettingsError for settings that cannot be meant."""
    http = settings.http
    if http.tokens_file is not None and http.oauth_issuer is not None:
        raise SettingsError("STOCKTRIM_TOKENS_FILE and STOCKTRIM_OAUTH_ISSUER cannot both say who is let in.")
    if http.tokens_file is not None:
        return TokensFile(http.tokens_file, settings, environ)
    return OAuth(settings, environ) if http.oauth_issuer is not None else None


def _required(app: ASGIApp, auth: AuthSettings | None) -> ASGIApp:
    if auth is None or auth.resource_server_url is None:
        return RequireAuthMiddleware(app, [])
    return RequireAuthMiddleware(app, auth.required_scopes or [], build_resource_metadata_url(auth.resource_server_url))


def _described(auth: AuthSettings | None) -> list[Route]:
    """Where a host learns who issues tokens for this server."""
    if auth is None or auth.resource_server_url is None:
        return []
    return create_protected_resource_routes(
        resource_url=auth.resource_server_url,
        authorization_servers=[auth.issuer_url],
        # Hosts ask for all that stands here, and the issuer grants of it what a person may do.
        scopes_supported=[READ, WRITE],
    )


def _has_credentials(settings: Settings) -> bool:
    return bool(settings.auth_id.get_secret_value() and settings.auth_signature.get_secret_value())
