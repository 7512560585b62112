"""Whether this server could be reached over HTTP as it is set up, and by nobody else."""

import asyncio
import socket

from stocktrim_mcp_server.doctor.findings import Case, Finding
from stocktrim_mcp_server.doctor.reach import is_local
from stocktrim_mcp_server.keys import keys_in
from stocktrim_mcp_server.serving.callers import TokensFile
from stocktrim_mcp_server.settings import Http, SettingsError


async def listening(case: Case) -> list[Finding]:
    """The transport; of HTTP its port, who may call, and what several servers share."""
    settings = case.settings
    if settings.transport == "stdio":
        return [Finding("ok", "stdio: a host starts the server")]
    http = settings.http
    findings = [
        await asyncio.to_thread(_port, http.host, http.port),
        *judged_bind(http),
        *await asyncio.to_thread(_tokens, case),
        *await asyncio.to_thread(_secret, http),
    ]
    amiss = [one for one in findings if one.status != "ok"]
    where = f"{settings.transport} at {http.host} port {http.port or 'of its own choice'}"
    return amiss or [Finding("ok", f"{where}: {'; '.join(one.found for one in findings)}")]


def _port(host: str, port: int) -> Finding:
    try:
        known = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = known[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, UnicodeError) as error:
        return Finding(
            "warn",
            f"cannot listen at {host} port {port}: {getattr(error, 'strerror', None) or 'it is no address'}",
            "If this server runs there already, all is well; else choose another --port or --host.",
        )
    return Finding("ok", "the port is free")


def judged_bind(http: Http) -> list[Finding]:
    """Who may call, by where the server listens."""
    if http.tokens_file or http.oauth_issuer:
        return [Finding("ok", "callers show a token")]
    if is_local(http.host):
        return [Finding("ok", "only programs of this machine can call, without a token")]
    if http.without_authentication:
        return [
            Finding(
                "warn",
                f"whoever reaches {http.host} may use this account, without a token",
                "Set --tokens-file, unless something before this server keeps strangers out.",
            )
        ]
    return [
        Finding(
            "fail",
            f"listening at {http.host} without tokens is refused: others than this machine could call",
            "Set --tokens-file, or --host 127.0.0.1.",
        )
    ]


def _tokens(case: Case) -> list[Finding]:
    path = case.settings.http.tokens_file
    if path is None:
        return []
    try:
        TokensFile(path, case.settings, case.variables)
    except SettingsError as error:
        return [Finding("fail", str(error).rstrip("."), "Mend the file: until then the server does not start.")]
    return [Finding("ok", f"{path} is a valid tokens file")]


def _secret(http: Http) -> list[Finding]:
    try:
        keys_in(http.secret_file)
    except SettingsError as error:
        how = "Write a long random line into it, such as `openssl rand -hex 32` makes."
        return [Finding("fail", str(error).rstrip("."), how)]
    if http.secret_file is not None:
        return [Finding("ok", "a secret is shared")]
    if http.stateless:
        return [
            Finding(
                "warn",
                "stateless without a secret file: no server can finish what another began",
                "Give all of them the same --secret-file.",
            )
        ]
    return []
