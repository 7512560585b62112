"""The pins of what proves the protocol."""

import json
import re

from tests.protocol.programs import PINS


def test_programs_are_pinned_exactly_and_as_the_lock_says() -> None:
    pinned = json.loads((PINS / "package.json").read_text(encoding="utf-8"))["dependencies"]
    locked = json.loads((PINS / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert locked[""]["dependencies"] == pinned
    for name, version in pinned.items():
        exact = re.fullmatch(r"(?:npm:@[\w/-]+@)?(\d+\.\d+\.\d+(?:-\w+\.\d+)?)", version)
        assert exact, f"{name}: {version}"
        assert locked[f"node_modules/{name}"]["version"] == exact[1]


def test_every_package_is_known_by_its_content_and_none_by_a_registrys_address() -> None:
    lock = (PINS / "package-lock.json").read_text(encoding="utf-8")
    assert "resolved" not in lock
    packages = {name: one for name, one in json.loads(lock)["packages"].items() if name}
    assert [name for name, one in packages.items() if not one.get("integrity", "").startswith("sha512-")] == []
