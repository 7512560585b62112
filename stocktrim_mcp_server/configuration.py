"""docs/configuration.md, written from the table of settings; and the same as it is set now."""

from collections.abc import Mapping
from typing import Any, cast

from pydantic import SecretStr

from stocktrim_mcp_server.settings import SETTINGS, Setting, Settings

HEAD = """# Configuration

Written by `stocktrim-mcp-server settings --markdown`; do not edit. Every setting is a variable of the environment;
those with a flag can be given on the command line as well, where the flag goes first. What is set now, and where:
`stocktrim-mcp-server settings`.

A setting that cannot be meant ends the program with one line that names it. A variable that begins with `STOCKTRIM_`
and is none of these is named in the log.

| variable | flag | meaning | default |
| --- | --- | --- | --- |
"""

FOOT = """
Besides, as other programs read them: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` for the way to StockTrim,
and with the extra `[otel]` the `OTEL_…` variables of OpenTelemetry.
"""


def written() -> str:
    """The whole page."""
    return HEAD + "\n".join(map(_row, SETTINGS)) + "\n" + FOOT


def _row(setting: Setting) -> str:
    flag = f"`{f'{setting.flag} {setting.shown}'.strip()}`" if setting.flag else ""
    repeated = "; the flag may be repeated" if setting.many else ""
    return f"| `{setting.variable}` | {flag} | {setting.meaning}{repeated} | {setting.default} |"


def now(settings: Settings, sources: Mapping[str, str]) -> str:
    """What is set, a line each; a secret is only said to be there. `sources` as of `settings.sources`."""
    width = max(len(one.variable) for one in SETTINGS)
    return "\n".join(
        f"{one.variable:<{width}}  {shown(settings, one.field)}  ({_source(sources.get(one.field), one.variable)})"
        for one in SETTINGS
    )


def shown(settings: Settings, field: str) -> str:
    """One setting in a word or two, without any secret."""
    value: Any = settings
    for part in field.split("."):
        value = getattr(value, part)
    if isinstance(value, SecretStr):
        secret = value.get_secret_value()
        return f"set, {len(secret)} characters" if secret else "none"
    if isinstance(value, tuple):
        return ",".join(cast("tuple[str, ...]", value)) or "none"
    if isinstance(value, bool):
        return "1" if value else "0"
    return "none" if value is None else str(value)


def _source(source: str | None, variable: str) -> str:
    if source is None:
        return "default"
    return "from the environment" if source == variable else f"by {source}"
