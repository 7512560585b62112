"""Whether both credentials are there, and look like some."""

from stocktrim_mcp_server.credentials import CREDENTIALS, WHERE, suspicions
from stocktrim_mcp_server.doctor.findings import Case, Finding
from stocktrim_mcp_server.settings import is_sendable


async def credentials(case: Case) -> list[Finding]:
    """Both must be there, and such as can be sent."""
    if case.settings.sandbox:
        return [Finding("ok", "none are needed, nor is a network: the built-in sandbox answers")]
    values = {name: case.pasted(name) for name in CREDENTIALS}
    found = suspicions(*values.values())
    missing = [name for name, text in values.items() if not text.strip()]
    if any(not is_sendable(text.strip()) for text in values.values()):
        case.unsigned = "credentials are missing, or cannot be sent"
    if len(missing) == len(values) and case.settings.transport != "stdio" and case.settings.http.tokens_file:
        said = "none of its own: only callers whose token names an account can work"
        return [Finding("note", said, f"Set {' and '.join(missing)} for the others. {WHERE}")]
    findings: list[Finding] = []
    for name, odd in found.items():
        act = "Set it" if name in missing else "Copy it anew"
        status = "warn" if is_sendable(values[name].strip()) else "fail"
        findings.append(Finding(status, f"{name} {odd}", f"{act}. {WHERE}"))
    lengths = " and ".join(str(len(text.strip())) for text in values.values())
    return findings or [Finding("ok", f"both are set ({lengths} characters)")]
