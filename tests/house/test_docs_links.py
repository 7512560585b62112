"""Links between the documents lead to headings that are there."""

import re
from pathlib import Path

from tests.house.source import ROOT

PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))


def slug(heading: str) -> str:
    """What a reader's browser is told to look for, as renderers of Markdown make it of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.casefold()).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    prose = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return {slug(one) for one in re.findall(r"^#+ (.+)$", prose, re.MULTILINE)}


def test_links_to_headings_lead_somewhere() -> None:
    followed = 0
    for page in PAGES:
        for target, anchor in re.findall(r"\]\(([\w./-]*)#([^)]+)\)", page.read_text(encoding="utf-8")):
            followed += 1
            there = (page.parent / target) if target else page
            assert anchor in anchors(there), f"{page.name} links to {target}#{anchor}"
    assert followed > 10
