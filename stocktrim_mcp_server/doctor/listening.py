"""Whether this server could be reached over HTTP as it is set up, and by nobody else."""

import asyncio

from stocktrim_mcp_server.doctor.findings import Case, Finding
from stocktrim_mcp_server.keys import keys_in
from stocktrim_mcp_server.serving.guard import LOOPBACK
from stocktrim_mcp_server.serving.serve import bound
from stocktrim_mcp_server.serving.site import gatekeeper_of
from stocktrim_mcp_server.settings import Http, Settings, SettingsError


async def listening(case: Case) -> list[Finding]:
    """The transport; of HTTP its port, who may call, and what several servers share."""
    settings = case.settings
    if settings.transport == "stdio":
        return [Finding("ok", "stdio: a host starts the server")]
    findings = [
        await asyncio.to_thread(_port, settings),
        await asyncio.to_thread(_callers, case),
        judged_names(settings.http),
        await asyncio.to_thread(_secret, settings.http),
    ]
    amiss = [one for one in findings if one.status != "ok"]
    where = f"{settings.transport} at {settings.http.host} port {settings.http.port or 'of its own choice'}"
    return amiss or [Finding("ok", f"{where}: {'; '.join(one.found for one in findings if one.found)}")]


def _port(settings: Settings) -> Finding:
    try:
        bound(settings).close()
    except (SettingsError, OSError) as error:
        return Finding("warn", _bare(error), "If this server runs there already, all is well.")
    return Finding("ok", "the port is free")


def _callers(case: Case) -> Finding:
    try:
        is_asked = gatekeeper_of(case.settings, case.variables) is not None
    except SettingsError as error:
        return Finding("fail", _bare(error), "Until that is mended the server does not start.")
    return Finding("ok", "callers show a token") if is_asked else judged_open(case.settings.http)


def judged_open(http: Http) -> Finding:
    """A server that asks nobody for a token."""
    if http.host in LOOPBACK:
        return Finding("ok", "only programs of this machine can call, without a token")
    if http.without_authentication:
        return Finding(
            "warn",
            f"whoever reaches {http.host} may use this account, without a token",
            "Set --tokens-file, unless something before this server keeps strangers out.",
        )
    return Finding(
        "fail",
        f"listening at {http.host} without tokens is refused: others than this machine could call",
        "Set --tokens-file, or --host 127.0.0.1.",
    )


def judged_names(http: Http) -> Finding:
    """Under which names hosts may call: a request under any other is refused."""
    if http.host in LOOPBACK or http.allowed_hosts or http.public_url:
        return Finding("ok", "")
    return Finding(
        "warn",
        f"at {http.host}, hosts are refused unless they call this server localhost",
        "Set --allowed-host to the name by which they reach it, or --public-url.",
    )


def _secret(http: Http) -> Finding:
    try:
        keys_in(http.secret_file)
    except SettingsError as error:
        return Finding("fail", _bare(error), "`openssl rand -hex 32` makes such a line.")
    if http.stateless and http.secret_file is None:
        return Finding(
            "warn",
            "stateless without a secret file: no server can finish what another began",
            "Give all of them the same --secret-file.",
        )
    return Finding("ok", "a secret is shared" if http.secret_file else "")


def _bare(error: Exception) -> str:
    return str(error).rstrip(".")
