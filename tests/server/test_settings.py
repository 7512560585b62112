"""What the environment may say."""

import re
from pathlib import Path

import pytest

from stocktrim_mcp_server import configuration
from stocktrim_mcp_server.rails import Rails
from stocktrim_mcp_server.settings import (
    KNOWN,
    SETTINGS,
    Setting,
    Settings,
    SettingsError,
    doubts,
    from_env,
    is_address,
)
from stocktrim_mcp_server.tools import DEFAULT, EVERY, OPTIONAL


def test_nothing_said_is_the_default() -> None:
    assert from_env({}) == Settings()
    assert from_env({"STOCKTRIM_API_URL": " ", "STOCKTRIM_SANDBOX": "", "STOCKTRIM_LOG_LEVEL": ""}) == Settings()


def test_everything_may_be_said(tmp_path: Path) -> None:
    settings = from_env(
        {
            "STOCKTRIM_API_AUTH_ID": " tenant \n",
            "STOCKTRIM_API_AUTH_SIGNATURE": "\tsigned ",
            "STOCKTRIM_API_URL": "http://127.0.0.1:8765",
            "STOCKTRIM_SANDBOX": "Yes",
            "STOCKTRIM_SANDBOX_PRODUCTS": "300",
            "STOCKTRIM_READ_ONLY": "on",
            "STOCKTRIM_TOOLSETS": " Planning,query , planning",
            "STOCKTRIM_TOOLS": "search -run_forecast",
            "STOCKTRIM_LOG_LEVEL": "debug",
            "STOCKTRIM_DATA_FOLDER": f" {tmp_path} ",
            "STOCKTRIM_APPROVAL": " Ask",
            "STOCKTRIM_RAILS": "warn",
            "STOCKTRIM_MAX_ORDER_VALUE": "2500.50",
            "STOCKTRIM_MAX_ORDER_LINES": "40",
            "STOCKTRIM_MAX_RECORDS": "10",
            "STOCKTRIM_MAX_QUANTITY_FACTOR": "4",
        }
    )
    assert settings.approval == "ask"
    assert settings.rails == Rails(
        mode="warn", max_order_value=2500.5, max_order_lines=40, max_records=10, max_quantity_factor=4
    )
    assert settings.data_folder == tmp_path
    assert settings.auth_id.get_secret_value() == "tenant"
    assert settings.auth_signature.get_secret_value() == "signed"
    assert settings.api_url == "http://127.0.0.1:8765"
    assert (settings.sandbox, settings.sandbox_products, settings.read_only) == (True, 300, True)
    assert (settings.toolsets, settings.tools) == (("planning", "query"), ("search", "-run_forecast"))
    assert settings.log_level == "DEBUG"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("STOCKTRIM_SANDBOX", "maybe", "'maybe'; it may be 1 or 0"),
        ("STOCKTRIM_READ_ONLY", "2", "'2'; it may be 1 or 0"),
        ("STOCKTRIM_SANDBOX_PRODUCTS", "0", "'0'; it must be a whole number above 0"),
        ("STOCKTRIM_SANDBOX_PRODUCTS", "1.5", "'1.5'; it must be a whole number above 0"),
        ("STOCKTRIM_APPROVAL", "always", "'always'; it may be auto, ask, token, host"),
        ("STOCKTRIM_APPROVAL", "tokn", "Did you mean 'token'?"),
        ("STOCKTRIM_RAILS", "off", "'off'; it may be warn, enforce"),
        ("STOCKTRIM_MAX_ORDER_VALUE", "2,500", "'2,500'; it must be a number above 0"),
        ("STOCKTRIM_MAX_ORDER_VALUE", "nan", "'nan'; it must be a number above 0"),
        ("STOCKTRIM_MAX_QUANTITY_FACTOR", "-1", "'-1'; it must be a number above 0"),
        ("STOCKTRIM_MAX_RECORDS", "0", "'0'; it must be a whole number above 0"),
        ("STOCKTRIM_LOG_LEVEL", "loud", "'loud'; it may be DEBUG, INFO, WARNING, ERROR"),
        ("STOCKTRIM_API_URL", "api.stocktrim.com", "is no address"),
        ("STOCKTRIM_DATA_FOLDER", "plans/here", "'plans/here'; it must be a whole path"),
        ("STOCKTRIM_API_URL", "https://", "is no address"),
        ("STOCKTRIM_API_URL", "https://user:hunter2@api.stocktrim.com", "leave them out"),
    ],
)
def test_what_cannot_be_meant_is_named(name: str, value: str, said: str) -> None:
    with pytest.raises(SettingsError, match=name) as failure:
        from_env({name: value})
    assert said in str(failure.value)
    assert "\n" not in str(failure.value)
    assert "hunter2" not in str(failure.value)


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("https://api.stocktrim.com", True),
        ("http://localhost:80/base/", True),
        ("http://user:word@proxy:3128", True),
        ("ftp://x", False),
        ("socks5://x:1", False),
        ("http://x:port", False),
        ("http://x:70000", False),
        ("http://[::1", False),
        ("", False),
    ],
)
def test_what_is_an_address(text: str, yes: bool) -> None:
    assert is_address(text) == yes


def test_secrets_are_not_shown() -> None:
    settings = from_env({"STOCKTRIM_API_AUTH_ID": "tenant-17", "STOCKTRIM_API_AUTH_SIGNATURE": "hush-hush"})
    for shown in (repr(settings), str(settings), settings.model_dump_json()):
        assert "hush-hush" not in shown
        assert "tenant-17" not in shown


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, []),
        ({"STOCKTRIM_SANDBOX": "1", "STOCKTRIM_SANDBOX_PRODUCTS": "30", "STOCKTRIM_API_AUTH_ID": ""}, []),
        ({"STOCKTRIM_READONLY": "1"}, ["STOCKTRIM_READONLY is no setting", "'STOCKTRIM_READ_ONLY'?"]),
        ({"STOCKTRIM_SANDBOX_PRODUCTS": "30"}, ["A size of the sandbox is given"]),
        ({"STOCKTRIM_API_AUTH_ID": " "}, ["STOCKTRIM_API_AUTH_ID is not set"]),
        ({"STOCKTRIM_API_AUTH_SIGNATURE": "sch\u00f6n"}, ["STOCKTRIM_API_AUTH_SIGNATURE holds characters"]),
        ({"STOCKTRIM_API_AUTH_SIGNATURE": "a\nb"}, ["STOCKTRIM_API_AUTH_SIGNATURE holds characters"]),
    ],
)
def test_what_may_not_be_meant_is_said_in_a_line(environ: dict[str, str], said: list[str]) -> None:
    environ = {"STOCKTRIM_API_AUTH_ID": "a", "STOCKTRIM_API_AUTH_SIGNATURE": "b", "PATH": "/", **environ}
    lines = doubts(environ, from_env(environ))
    assert len(lines) == bool(said)
    assert all(one in lines[0] for one in said)
    assert not any("sch\u00f6n" in line or "a\nb" in line for line in lines)


def test_every_variable_that_is_read_is_known() -> None:
    asked: set[str] = set()

    class Noted(dict[str, str]):
        def get(self, name: str, default: str = "") -> str:  # pyright: ignore[reportIncompatibleMethodOverride] - names alone count
            asked.add(name)
            return default

    from_env(Noted())
    assert asked == set(KNOWN)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda one: one.variable)
def test_the_default_that_is_told_is_the_one_there_is(setting: Setting) -> None:
    told = re.match("`(.*?)`", setting.default)
    # Where no group is named, those meant are called so.
    assert configuration.shown(Settings(), setting.field) == ("none" if told is None or told[1] == DEFAULT else told[1])


def test_the_setting_of_groups_names_all_there_are_the_optional_ones_last() -> None:
    (setting,) = [one for one in SETTINGS if one.field == "toolsets"]
    assert re.findall("`(.*?)`", setting.meaning.partition(";")[0]) == [one.name for one in EVERY]
    assert setting.default == "`default`: all but the last three"
    assert len(OPTIONAL) == 3
