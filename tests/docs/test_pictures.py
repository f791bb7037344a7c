"""The pictures in the pages: each is there, is drawn by the tests of the console, and is told to who cannot see it."""

import re

from browser.shown import SHOWN
from docs.pages import PAGES, ROOT

PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
FOLDER = ROOT / "docs" / "pictures"
FEWEST_WORDS = 5


def pictures() -> list[tuple[str, str]]:
    """Every picture of the pages: the words for it, and its path from the folder of the repository."""
    return [
        (words, str((page.parent / path).resolve().relative_to(ROOT)))
        for page in PAGES
        for words, path in PICTURE.findall(page.read_text())
        if not path.startswith("http")
    ]


def test_every_picture_is_one_that_the_tests_draw() -> None:
    """None is missing, none is drawn by hand, and none is drawn that no page shows."""
    drawn = {f"docs/pictures/{name}.png" for name, shown in SHOWN.items() if shown.is_in_tour}
    assert {path for _, path in pictures()} == drawn
    assert {str(file.relative_to(ROOT)) for file in FOLDER.iterdir()} == drawn


def test_every_picture_is_told_in_words() -> None:
    """Who cannot see it reads what it shows."""
    assert [path for words, path in pictures() if len(words.split()) < FEWEST_WORDS] == []
