"""Every block of docs/client.md runs, and prints what the page says.

To accept what they print: `ACCEPT_GUIDE=1 pytest tests/house/test_docs_client.py`, then read the difference.
"""

import os
from pathlib import Path

import pytest

from stocktrim_client import StockTrimClient, errors
from stocktrim_client.sandbox import Sandbox
from tests.house.guide import played, rewritten
from tests.house.source import ROOT

PAGE = ROOT / "docs" / "client.md"
ACCEPT = os.environ.get("ACCEPT_GUIDE") == "1"


async def test_the_python_of_the_client_guide_runs_and_prints_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = await played(PAGE.read_text(encoding="utf-8"))
    assert len(blocks) > 20
    if ACCEPT:
        PAGE.write_text(rewritten(PAGE, blocks), encoding="utf-8")
        return
    for block in blocks:
        assert block.printed, f"this block prints nothing:\n{block.code}"
        assert block.printed == block.shown, block.code


def test_the_client_guide_says_of_every_helper_and_error_what_it_is() -> None:
    text = PAGE.read_text(encoding="utf-8")
    client = StockTrimClient(transport=Sandbox())
    helpers = [
        name for name, one in vars(client).items() if type(one).__module__.startswith("stocktrim_client.helpers")
    ]
    assert len(helpers) == 11
    assert [name for name in helpers if f"\n**{name}**: " not in text] == []
    kinds = [name for name, kind in vars(errors).items() if isinstance(kind, type) and name.endswith("Error")]
    assert [name for name in kinds if f"`{name}`" not in text] == []
