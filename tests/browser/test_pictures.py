"""Every page looks as it did: it is drawn anew, and compared with the picture that is kept of it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.async_api import Browser

from browser.pictures import (
    DRAWN_BY,
    FOLDER,
    IN_TOUR,
    KEPT,
    MOST_DIFFERENT,
    RENEW,
    TOUR,
    Difference,
    Painter,
    painting,
)
from browser.scenes import SCENES
from browser.shown import OF_DESK, OF_PACKS, OF_REPAIRS, PAGES, SHOWN
from servers.console import skip_without_files

ANOTHER_WORD = "() => { document.querySelector('main p').textContent = 'The ward of self-directed support.' }"


@dataclass(frozen=True)
class Painters:
    """Those who draw, one a scene. A scene is built when its first page is drawn, and stays until all are."""

    browser: Browser
    folder: Path
    open: AsyncExitStack
    known: dict[str, Painter] = field(default_factory=dict)

    async def of(self, name: str) -> Painter:
        """Who draws a page."""
        scene = SHOWN[name].scene
        if scene not in self.known:
            built = await self.open.enter_async_context(SCENES[scene](self.browser, self.folder / scene))
            self.known[scene] = await self.open.enter_async_context(painting(self.browser, built))
        return self.known[scene]


@pytest.fixture(scope="module")
async def painters(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Painters]:
    """Draw the pages of every scene."""
    skip_without_files()
    async with AsyncExitStack() as scenes:
        yield Painters(chromium, tmp_path_factory.mktemp("scenes"), scenes)


@pytest.fixture(scope="module")
async def alike(painters: Painters) -> Painters:
    """Those whose browser and fonts are those by which the kept pictures were drawn."""
    here, there = await (await painters.of("cookies")).by_what(), DRAWN_BY.read_text().strip()
    if here != there:
        pytest.skip(
            f"Pages are not compared with their pictures: these were drawn by {there}; here is {here}. {RENEW} draws "
            "them anew."
        )
    return painters


def ensure_same(found: Difference, kept: Path, drawn: bytes, folder: Path) -> None:
    """Fail where a page that was drawn anew is not as it was; both it and what differs can then be looked at."""
    if found.share > MOST_DIFFERENT:
        now, difference = folder / kept.name, folder / f"{kept.stem}-differs.png"
        now.write_bytes(drawn)
        difference.write_bytes(found.picture)
        pytest.fail(
            f"{found.share:.3%} of the page are not as in {kept}. Now it looks so: {now}. What differs is red in "
            f"{difference}. If it is meant, {RENEW} draws all pictures anew."
        )


def kept(name: str, folder: Path = FOLDER) -> bytes:
    """The kept picture of a page."""
    return (folder / f"{name}.png").read_bytes()


@pytest.mark.parametrize("name", SHOWN)
async def test_a_page_looks_as_it_did(alike: Painters, name: str, tmp_path: Path) -> None:
    """Nothing has moved, and no colour has changed, that nobody meant to change."""
    painter = await alike.of(name)
    drawn = await painter.draw(SHOWN[name])
    ensure_same(await painter.compare(kept(name), drawn), FOLDER / f"{name}.png", drawn, tmp_path)


@pytest.mark.parametrize("name", [name for name, shown in SHOWN.items() if shown.is_in_tour])
async def test_a_picture_of_the_tour_shows_what_the_page_shows(alike: Painters, name: str, tmp_path: Path) -> None:
    """What docs/console.md shows is not of another time."""
    painter = await alike.of(name)
    drawn = await painter.draw(SHOWN[name], IN_TOUR)
    ensure_same(await painter.compare(kept(name, TOUR), drawn), TOUR / f"{name}.png", drawn, tmp_path)


async def test_another_letter_is_noticed(painters: Painters) -> None:
    """The tolerance lets no change of a text through; a page that is drawn twice is the same."""
    painter, page = await painters.of("cookies"), SHOWN["cookies"]
    word = ANOTHER_WORD.replace("ward", "word")
    first, again, changed = [await painter.draw(page, KEPT, script) for script in (word, word, ANOTHER_WORD)]
    assert (await painter.compare(first, again)).share == 0
    assert (await painter.compare(first, changed)).share > MOST_DIFFERENT


async def test_a_page_that_has_grown_is_noticed(painters: Painters) -> None:
    """What only one of two pictures has counts as different, whatever its colour."""
    painter = await painters.of("cookies")
    short, long = [await painter.draw(SHOWN[name]) for name in ("signed-out", "glossary")]
    assert (await painter.compare(short, long)).share > MOST_DIFFERENT


def test_every_page_has_its_picture_and_every_picture_its_page() -> None:
    """One is missing for a page that is new, or left over from one that is gone: draw them anew."""
    assert {file.stem for file in FOLDER.glob("*.png")} == {*SHOWN}, RENEW
    assert len(SHOWN) == sum(map(len, (PAGES, OF_REPAIRS, OF_DESK, OF_PACKS))), "two pages have one name"
