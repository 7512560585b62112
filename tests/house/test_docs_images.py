"""The pictures of docs/images are what the programs say today; `python -m tests.house.pictures` draws them anew."""

import re

from tests.house.pictures import IMAGES, drawn
from tests.house.source import ROOT


async def test_no_picture_is_stale() -> None:
    pictures = await drawn()
    assert {path.name for path in IMAGES.iterdir()} == set(pictures)
    for name, picture in pictures.items():
        kept = (IMAGES / name).read_text(encoding="utf-8")
        if name != "doctor.svg":
            assert kept == picture, name
            continue
        # The first check names the machine it is made on.
        assert words(kept)[-13:] == words(picture)[-13:]


def words(picture: str) -> list[str]:
    """The lines of a terminal, wherever they stand."""
    return [re.sub(r"<[^>]*>", "", one).replace("\u00a0", " ") for one in re.findall(r"<text.*?</text>", picture)]


def test_pictures_are_small_and_shown_somewhere() -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")))
    for path in IMAGES.iterdir():
        assert path.stat().st_size < 100_000, path.name
        assert f"images/{path.name})" in pages, path.name
