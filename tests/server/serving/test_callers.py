"""Tokens of a file: who is let in, to what, and until when."""

import asyncio
import hashlib
import logging
import os
import time
from collections.abc import Callable, Generator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp.server.auth.provider import AccessToken

from stocktrim_mcp_server.serving.callers import MOST_BYTES, Caller, TokensFile
from stocktrim_mcp_server.settings import Settings, SettingsError
from stocktrim_mcp_server.toolbox import names
from stocktrim_mcp_server.tools import offered

ANNA = "anna-secret-0123456789abcdef0123456789"
BERT = "bert-secret-0123456789abcdef0123456789"
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)

WORDS = {
    "ANNA": ANNA,
    "BERT": BERT,
    "BERT_SHA": hashlib.sha256(BERT.encode()).hexdigest(),
    "ID": "north-auth-id-7713",
    "SIGNATURE": "north-signature-99182",
}
"""What stands in these files, and may be said nowhere."""


def written(path: Path, text: str) -> Path:
    for word, secret in WORDS.items():
        text = text.replace(f"<{word}>", secret)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(
        tmp_path / "tokens.toml", '[tokens.anna]\ntoken = "<ANNA>"\n[tokens.bert]\ntoken_sha256 = "<BERT_SHA>"\n'
    )


@pytest.fixture
def settings() -> Settings:
    return Settings(sandbox=True)


def admitted(tokens: TokensFile, token: str) -> AccessToken | None:
    return asyncio.run(tokens.verify_token(token))


def asked(tokens: TokensFile, token: str) -> Caller | None:
    """Who a token is, by both questions of a server."""
    access = admitted(tokens, token)
    return None if access is None else tokens.caller(access)


def menu(settings: Settings) -> list[str]:
    return names(offered(settings))


def test_a_token_names_its_person(file: Path, settings: Settings) -> None:
    tokens = TokensFile(file, settings)
    assert asked(tokens, ANNA) == Caller("anna", settings)
    assert asked(tokens, BERT) == Caller("bert", settings)
    assert asked(tokens, ANNA[:-1]) is None


def test_what_the_sdk_is_told_holds_no_token(file: Path, settings: Settings) -> None:
    access = admitted(TokensFile(file, settings), ANNA)
    assert access is not None
    assert (access.client_id, access.scopes, access.claims, access.subject) == ("anna", [], {}, None)
    assert ANNA not in repr(access)


def test_a_digest_is_no_token(file: Path, settings: Settings) -> None:
    assert asked(TokensFile(file, settings), WORDS["BERT_SHA"]) is None


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        " ",
        f" {ANNA}",
        f"{ANNA}\n",
        ANNA.upper(),
        f"{ANNA}\x00",
        "a" * 4_097,
        "a" * 5_000_000,
        "é" * 40,
        "\ud800" * 40,
        "𝐚nna",
    ],
    ids=lambda text: ascii(text[:12]),
)
def test_a_hostile_token_is_refused(file: Path, settings: Settings, hostile: str) -> None:
    assert admitted(TokensFile(file, settings), hostile) is None


@given(st.text())
def test_no_text_but_the_token_is_let_in(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any-text.toml"
    tokens = TokensFile(written(path, '[tokens.anna]\ntoken = "<ANNA>"\n'), Settings(sandbox=True))
    assert admitted(tokens, text) is None


def test_a_made_up_access_is_nobody(file: Path, settings: Settings) -> None:
    tokens = TokensFile(file, settings)
    for digest, name in ((WORDS["BERT_SHA"], "anna"), ("é", "anna"), (ANNA, "anna")):
        assert tokens.caller(AccessToken(token=digest, client_id=name, scopes=[])) is None


def test_who_is_taken_out_is_refused_from_the_next_request_on(file: Path, settings: Settings) -> None:
    tokens = TokensFile(file, settings)
    access = admitted(tokens, BERT)
    assert access is not None
    written(file, '[tokens.anna]\ntoken = "<ANNA>"\n')
    assert tokens.caller(access) is None
    assert admitted(tokens, BERT) is None
    assert asked(tokens, ANNA) is not None


def test_a_token_of_the_same_length_written_at_the_same_moment_is_seen(file: Path, settings: Settings) -> None:
    tokens, stamp = TokensFile(file, settings), file.stat().st_mtime_ns
    file.write_text(file.read_text().replace(ANNA, ANNA[::-1]))
    os.utime(file, ns=(stamp, stamp))
    assert asked(tokens, ANNA) is None
    assert asked(tokens, ANNA[::-1]) is not None


def test_a_file_may_be_written_as_other_programs_write(file: Path, settings: Settings) -> None:
    text = file.read_text().replace(WORDS["BERT_SHA"], WORDS["BERT_SHA"].upper()).replace("\n", "\r\n")
    file.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert asked(TokensFile(file, settings), BERT) is not None


@pytest.fixture
def far_east(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("far_east")
def test_a_time_without_a_zone_is_not_that_of_this_machine(tmp_path: Path, settings: Settings) -> None:
    path = written(tmp_path / "tokens.toml", '[tokens.anna]\ntoken = "<ANNA>"\nexpires = 2026-11-23T09:00:00\n')
    assert asked(TokensFile(path, settings, now=lambda: NOW), ANNA) is not None


def test_settings_follow_the_file(file: Path, settings: Settings) -> None:
    tokens = TokensFile(file, settings)
    access = admitted(tokens, ANNA)
    assert access is not None
    written(file, '[tokens.anna]\ntoken = "<ANNA>"\nread_only = true\n')
    caller = tokens.caller(access)
    assert caller is not None
    assert caller.settings.read_only


def test_a_file_replaced_as_a_whole_is_read(file: Path, settings: Settings) -> None:
    tokens = TokensFile(file, settings)
    written(file.with_suffix(".new"), '[tokens.carl]\ntoken = "<ANNA>"\n').replace(file)
    caller = asked(tokens, ANNA)
    assert caller is not None
    assert caller.name == "carl"


@pytest.mark.parametrize(
    "broken",
    [
        '[tokens.anna]\ntoken = "<ANN',
        '[tokens.anna]\ntoken = "short"',
        '[tokens.anna]\ntokn = "<BERT>"',
        "[" * 100_000,
        "x = " + "1" * 5_000,
    ],
    ids=["half-written", "short", "misspelt", "deep", "long"],
)
def test_a_file_that_makes_no_sense_leaves_things_as_they_were(
    file: Path, settings: Settings, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    tokens = TokensFile(file, settings)
    written(file, broken)
    for _ in range(3):
        assert asked(tokens, ANNA) is not None
        assert asked(tokens, BERT) is not None
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "those are let in who were before" in caplog.text
    written(file, '[tokens.bert]\ntoken = "<BERT>"\n')
    assert asked(tokens, ANNA) is None
    assert asked(tokens, BERT) is not None


def remove(file: Path) -> None:
    file.unlink()


def make_a_folder_of(file: Path) -> None:
    file.unlink()
    file.mkdir()


def make_a_pipe_of(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def remove_with_its_folder(file: Path) -> None:
    file.unlink()
    file.parent.rmdir()


def fill(file: Path) -> None:
    file.write_text(file.read_text() + "#" * MOST_BYTES)


@pytest.mark.parametrize("gone", [remove, remove_with_its_folder, make_a_folder_of, make_a_pipe_of, fill])
def test_a_file_that_is_gone_lets_nobody_in(
    file: Path, settings: Settings, caplog: pytest.LogCaptureFixture, gone: Callable[[Path], None]
) -> None:
    content = file.read_bytes()
    tokens = TokensFile(file, settings)
    gone(file)
    for _ in range(3):
        assert asked(tokens, ANNA) is None
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "nobody is let in" in caplog.text
    if file.is_dir():
        file.rmdir()
    file.unlink(missing_ok=True)
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)
    assert asked(tokens, ANNA) is not None


def test_an_emptied_file_lets_nobody_in(file: Path, settings: Settings) -> None:
    tokens = TokensFile(file, settings)
    file.write_text("")
    assert asked(tokens, ANNA) is None


@pytest.mark.parametrize(
    ("expires", "last"),
    [
        ("2026-11-23", datetime(2026, 11, 23, 23, 59, 59, tzinfo=UTC)),
        ("2026-11-23T12:00:00", datetime(2026, 11, 23, 11, 59, 59, tzinfo=UTC)),
        ("2026-11-23T12:00:00+02:00", datetime(2026, 11, 23, 9, 59, 59, tzinfo=UTC)),
        ("9999-12-31", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_token_is_good_until_it_expires(tmp_path: Path, settings: Settings, expires: str, last: datetime) -> None:
    now = NOW
    path = written(tmp_path / "tokens.toml", f'[tokens.anna]\ntoken = "<ANNA>"\nexpires = {expires}\n')
    tokens = TokensFile(path, settings, now=lambda: now)
    access = admitted(tokens, ANNA)
    assert access is not None
    now = last
    assert tokens.caller(access) is not None
    if last.year == 9999:
        return
    now = last + timedelta(seconds=1)
    assert tokens.caller(access) is None
    assert admitted(tokens, ANNA) is None


def person(tmp_path: Path, settings: Settings, said: str) -> TokensFile:
    return TokensFile(written(tmp_path / "tokens.toml", f'[tokens.anna]\ntoken = "<ANNA>"\n{said}\n'), settings)


def its_menu(tmp_path: Path, settings: Settings, said: str) -> list[str]:
    caller = asked(person(tmp_path, settings, said), ANNA)
    assert caller is not None
    return menu(caller.settings)


READ_ONLY = Settings(sandbox=True, read_only=True)
NO_FORECAST = Settings(sandbox=True, toolsets=("planning", "orders", "status"), tools=("-run_forecast",))


@pytest.mark.parametrize(
    "server", [Settings(sandbox=True), READ_ONLY, NO_FORECAST], ids=["usual", "read-only", "chosen"]
)
@pytest.mark.parametrize(
    "said",
    [
        "",
        "read_only = false",
        "read_only = true",
        'toolsets = ["planning"]',
        'toolsets = [" Planning", "status", "master_data"]',
        'toolsets = ["all"]',
        'toolsets = ["default"]\ntools = ["-search"]',
        'tools = ["get_reorder_plan", "run_forecast", "get_status"]',
        'tools = ["-get_reorder_plan"]',
    ],
)
def test_a_token_takes_away_and_never_adds(tmp_path: Path, server: Settings, said: str) -> None:
    its = its_menu(tmp_path, server, said)
    allowed = menu(server)
    assert its
    assert set(its) <= set(allowed)
    assert its == [name for name in allowed if name in its]


def test_what_a_token_may_do(tmp_path: Path, settings: Settings) -> None:
    assert its_menu(tmp_path, settings, "") == menu(settings)
    assert its_menu(tmp_path, settings, "read_only = true") == menu(READ_ONLY)
    assert its_menu(tmp_path, READ_ONLY, "read_only = false") == menu(READ_ONLY)
    planning = menu(Settings(toolsets=("planning",)))
    assert its_menu(tmp_path, settings, 'toolsets = ["planning"]') == planning
    without = [name for name in menu(settings) if name != "run_forecast"]
    assert its_menu(tmp_path, settings, 'tools = ["-run_forecast"]') == without
    everything = Settings(sandbox=True, toolsets=("all",))
    without = [name for name in menu(everything) if name != "run_forecast"]
    assert its_menu(tmp_path, everything, 'tools = ["-run_forecast"]') == without


def test_other_settings_stay_as_the_server_has_them(tmp_path: Path) -> None:
    server = Settings(sandbox=True, approval="token", call_seconds=7, data_folder=tmp_path)
    caller = asked(person(tmp_path, server, "read_only = true"), ANNA)
    assert caller is not None
    assert caller.settings == server.model_copy(update={"read_only": True})


ACCOUNT = '[tokens.anna]\ntoken = "<ANNA>"\naccount = "north"\n[tokens.bert]\ntoken = "<BERT>"\n[accounts.north]\n'


@pytest.mark.parametrize(
    "said",
    [
        'auth_id = "<ID>"\nauth_signature = " <SIGNATURE> "',
        'auth_id_env = "NORTH_ID"\nauth_signature_env = "NORTH_SIGNATURE"',
        'auth_id_file = "north-id"\nauth_signature_file = "<FOLDER>/north-signature"',
        'auth_id = "<ID>"\nauth_signature_file = "north-signature"',
    ],
    ids=["here", "environment", "files", "mixed"],
)
def test_a_token_may_be_of_another_account(tmp_path: Path, said: str) -> None:
    (tmp_path / "north-id").write_text(f"{WORDS['ID']}\n")
    (tmp_path / "north-signature").write_text(f"{WORDS['SIGNATURE']}\n")
    server = Settings.model_validate({"auth_id": "own-id", "auth_signature": "own-signature"})
    path = written(tmp_path / "tokens.toml", ACCOUNT + said.replace("<FOLDER>", tmp_path.as_posix()))
    environ = {"NORTH_ID": f" {WORDS['ID']}", "NORTH_SIGNATURE": WORDS["SIGNATURE"]}
    tokens = TokensFile(path, server, environ)
    anna, bert = asked(tokens, ANNA), asked(tokens, BERT)
    assert anna is not None
    assert bert is not None
    assert anna.settings.auth_id.get_secret_value() == WORDS["ID"]
    assert anna.settings.auth_signature.get_secret_value() == WORDS["SIGNATURE"]
    assert bert.settings == server
    for secret in WORDS.values():
        assert secret not in repr((anna, tokens, vars(tokens)["_people"]))


def test_touching_the_file_reads_the_accounts_anew(tmp_path: Path, settings: Settings) -> None:
    (tmp_path / "id").write_text("first")
    path = written(tmp_path / "tokens.toml", f'{ACCOUNT}auth_id_file = "id"\nauth_signature = "<SIGNATURE>"\n')
    tokens = TokensFile(path, settings)
    (tmp_path / "id").write_text("second")
    os.utime(path, (1, 1))
    caller = asked(tokens, ANNA)
    assert caller is not None
    assert caller.settings.auth_id.get_secret_value() == "second"


TOKEN = '[tokens.anna]\ntoken = "<ANNA>"\n'

FAULTS = {
    "nobody": ("", "no table such as [tokens.anna]"),
    "no TOML": ('[tokens.anna]\ntoken = "<ANNA>" "<BERT>"', "It is no TOML (at line 2, column"),
    "a name twice": (f"{TOKEN}{TOKEN}", "It is no TOML (at line 3"),
    "no text": ("\udcff", "It is no TOML."),
    "no tables": ('tokens = "<ANNA>"', "[tokens] must be a table."),
    "no table": ('[tokens]\nanna = "<ANNA>"', "[tokens.anna] must be a table."),
    "strange table": (f"{TOKEN}[token.bert]", "no key 'token'. Did you mean 'tokens'? It may be tokens, accounts."),
    "strange key": (f'{TOKEN}toolset = ["planning"]', "no key 'toolset' in [tokens.anna]. Did you mean 'toolsets'?"),
    "token as a key": (f'{TOKEN}"<BERT>" = true', "no key 'a name of 38 characters' in [tokens.anna]"),
    "token as a name": ('[tokens.<ANNA>]\nname = "anna"', "'name' in [tokens.a name of 38 characters]"),
    "neither": ("[tokens.anna]\nread_only = true", "[tokens.anna] needs either token or token_sha256."),
    "both": (f'{TOKEN}token_sha256 = "<BERT_SHA>"', "[tokens.anna] needs either token or token_sha256."),
    "short token": (
        '[tokens.anna]\ntoken = "anna-secret-0123456789abcdef012"',
        "token must have 32 to 4,096 characters",
    ),
    "long token": (f'[tokens.anna]\ntoken = "{"<ANNA>" * 120}"', "token must have 32 to 4,096 characters"),
    "token of other letters": ('[tokens.anna]\ntoken = "<ANNA> ü"', "may hold letters, digits"),
    "token of another kind": (
        "[tokens.anna]\ntoken = 1234567890123456789",
        "[tokens.anna] token must be a text in quotes.",
    ),
    "short digest": ('[tokens.anna]\ntoken_sha256 = "abc"', "token_sha256 must be 64 hexadecimal digits"),
    "token as its digest": ('[tokens.anna]\ntoken_sha256 = "<ANNA>"', "token_sha256 must be 64 hexadecimal digits"),
    "one token for two": (
        f'{TOKEN}[tokens.bert]\ntoken = "<ANNA>"',
        "[tokens.anna] and [tokens.bert] have the same token.",
    ),
    "one by its digest": (
        '[tokens.a]\ntoken = "<BERT>"\n[tokens.b]\ntoken_sha256 = "<BERT_SHA>"',
        "have the same token.",
    ),
    "yes in quotes": (f'{TOKEN}read_only = "yes"', "[tokens.anna] read_only must be true or false"),
    "one toolset": (f'{TOKEN}toolsets = "planning"', "[tokens.anna] toolsets must be a list of names"),
    "numbers": (f"{TOKEN}toolsets = [1]", "[tokens.anna] toolsets must be a text in quotes."),
    "strange toolset": (
        f'{TOKEN}toolsets = ["plannin"]',
        "[tokens.anna] There is no toolset 'plannin'. Did you mean 'planning'?",
    ),
    "strange tool": (f'{TOKEN}tools = ["-run_forecasts"]', "[tokens.anna] There is no tool 'run_forecasts'."),
    "nothing left": (
        f'{TOKEN}toolsets = ["master_data"]',
        "[tokens.anna] toolsets and tools name nothing that this server",
    ),
    "nothing to read": (f'{TOKEN}read_only = true\ntools = ["delete_records"]', "[tokens.anna] STOCKTRIM_TOOLSETS and"),
    "date in quotes": (f'{TOKEN}expires = "2027-01-31"', "[tokens.anna] expires must be a date such as 2027-01-31"),
    "time of day": (f"{TOKEN}expires = 12:00:00", "[tokens.anna] expires must be a date such as 2027-01-31"),
    "no account": (
        f'{TOKEN}account = "norht"\n[accounts.north]\nauth_id = "<ID>"\nauth_signature = "<SIGNATURE>"',
        "'north'?",
    ),
    "half an account": (
        f'{ACCOUNT}auth_id = "<ID>"',
        "[accounts.north] needs one of auth_signature, auth_signature_env",
    ),
    "an id twice": (
        f'{ACCOUNT}auth_id = "<ID>"\nauth_id_env = "A"\nauth_signature = "<SIGNATURE>"',
        "needs one of auth_id,",
    ),
    "no variable": (
        f'{ACCOUNT}auth_id_env = "<ID>"\nauth_signature = "<SIGNATURE>"',
        "auth_id_env: the variable it names is empty",
    ),
    "empty": (f'{ACCOUNT}auth_id = " "\nauth_signature = "<SIGNATURE>"', "[accounts.north] auth_id is empty."),
    "no header": (
        f'{ACCOUNT}auth_id = "<ID>ü"\nauth_signature = "<SIGNATURE>"',
        "auth_id holds characters no header can",
    ),
    "no file": (
        f'{ACCOUNT}auth_id_file = "<ID>"\nauth_signature = "<SIGNATURE>"',
        "auth_id_file names a file that cannot be read: No",
    ),
    "no name": ('[tokens.""]\ntoken = "<ANNA>"', "must have a name of up to 64 characters"),
    "a long name": (f'[tokens."{"a" * 65}"]\ntoken = "<ANNA>"', "must have a name of up to 64 characters"),
    "a name of two lines": ('[tokens."an\\nna"]\ntoken = "<ANNA>"', "must have a name of up to 64 characters"),
}


@pytest.mark.parametrize(("text", "said"), FAULTS.values(), ids=FAULTS)
def test_what_cannot_be_meant_is_named_without_the_secret(
    tmp_path: Path, settings: Settings, text: str, said: str
) -> None:
    for word, secret in WORDS.items():
        text = text.replace(f"<{word}>", secret)
    path = tmp_path / "tokens.toml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(SettingsError) as failure:
        TokensFile(path, settings)
    told = str(failure.value)
    assert said in told
    assert str(path) in told
    assert "\n" not in told
    assert failure.value.__cause__ is None
    for secret in WORDS.values():
        assert secret not in told


@pytest.mark.parametrize("missing", ["tokens.toml", "tokens.toml/there", ""])
def test_a_file_that_is_not_there_is_said_at_start(tmp_path: Path, settings: Settings, missing: str) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        TokensFile(tmp_path / missing, settings)


@pytest.mark.parametrize(
    ("mode", "secret", "warned"),
    [(0o600, True, False), (0o640, True, False), (0o644, True, True), (0o644, False, False), (0o662, False, True)],
)
def test_a_file_that_others_may_open_is_warned_of(
    tmp_path: Path, settings: Settings, caplog: pytest.LogCaptureFixture, mode: int, secret: bool, warned: bool
) -> None:
    told = 'token = "<ANNA>"' if secret else 'token_sha256 = "<BERT_SHA>"'
    path = written(tmp_path / "tokens.toml", f"[tokens.anna]\n{told}\n")
    path.chmod(mode)
    TokensFile(path, settings)
    assert [record.levelname for record in caplog.records] == ["WARNING"] * warned


def test_nothing_that_is_logged_holds_a_secret(
    file: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    tokens = TokensFile(file, settings)
    for text, _ in FAULTS.values():
        written(file, text.replace("\udcff", "\x00"))
        asked(tokens, ANNA)
        asked(tokens, BERT)
    file.unlink()
    asked(tokens, ANNA)
    assert len(caplog.records) > len(FAULTS) / 2
    for secret in WORDS.values():
        assert secret not in caplog.text
    assert all(record.exc_info is None for record in caplog.records)
