"""R23: the fault table holds on httpx2 as on httpx, so that a server may run the whole process on it."""

import os
import subprocess
import sys
from pathlib import Path

ALIASED = """
import sys, httpx2
httpx2.alias_httpx()
import httpx, pytest
assert httpx is httpx2
sys.exit(pytest.main(sys.argv[1:]))
"""


def test_r23_the_fault_table_passes_alike_on_httpx2() -> None:
    here = Path(__file__).parent
    alone = ("-p", "pytest_asyncio.plugin", "-p", "no:cacheprovider", "-o", "addopts=--import-mode=importlib")
    arguments = (*alone, str(here / "test_fault_table.py"))
    # Plugins found by themselves import httpx before it can be aliased.
    ran = subprocess.run(
        (sys.executable, "-c", ALIASED, *arguments),
        cwd=here.parent.parent,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-2000:]
    assert " passed" in ran.stdout
