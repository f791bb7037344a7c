"""Pictures of the console's pages: kept with the code, drawn anew by tests, and compared.

`PYTHONPATH=.:tests python -m browser.pictures` draws them all anew, with those of docs/console.md.

A browser of another version, or other fonts, draw the same page otherwise. So it is kept by what the pictures were
drawn, and they are compared only where that is the same.
"""

import asyncio
import base64
import hashlib
import struct
import sys
import zlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser, Page

from browser.scenes import SCENES, Set
from browser.shown import SHOWN, Shown
from console.assets import is_there
from servers.chromium import NO_BROWSER, find_browser, run_browser

FOLDER = Path(__file__).with_name("pictures")
TOUR = Path(__file__).parents[2] / "docs" / "pictures"
DRAWN_BY = FOLDER / "drawn-by.txt"
PIXELS = Path(__file__).with_name("pixels.js")
WIDE = {"width": 1000, "height": 800}
TOLERANCE = 51
"""How far a colour may be off, of 255, before its pixel counts as another one."""
MOST_DIFFERENT = 2e-5
"""Which share of the pixels may be another one."""
RENEW = "`PYTHONPATH=.:tests .venv/bin/python -m browser.pictures`"

VARYING = """() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const varies = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\\b[0-9a-f]{12,64}\\b/g
  while (texts.nextNode()) {
    const zeros = texts.currentNode.data.replace(varies, (id) => id.replace(/[0-9a-f]/g, '0'))
    texts.currentNode.data = zeros.replace(/\\/\\S+(?=\\/settings.sh)/, '/tmp/sevensteps')
  }
}"""
"""Ids that are made anew each time, all written as zeros, and the folder of a rehearsal. Dates and times vary
nowhere: time stands still."""
SPECIMEN = """<body style="font: 19px system-ui, -apple-system, Segoe UI, Roboto, Noto Sans, Liberation Sans, Arial,
sans-serif"><h1>Seven Steps 0123456789</h1><p>The quick brown fox jumps over the lazy dog, <b>then <i>rests</i></b>.</p>
<input value="Input"> <input type="checkbox"> <select><option>Select</select> <button>Button</button> ↕ ▲ ▼ ✕ – £"""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is kept of a page: its top, at a scale, with every so manieth value of its colours."""

    height: int
    step: int
    scale: float


KEPT, IN_TOUR = Size(height=1200, step=51, scale=0.5), Size(height=800, step=5, scale=1)


@dataclass(frozen=True, slots=True)
class Difference:
    """How a page differs from its kept picture: a share of the pixels, and a picture that shows where."""

    share: float
    picture: bytes


class Painter:
    """Draws pages and compares pictures, with a window of its own for what it does to pixels."""

    def __init__(self, browser: Browser, scene: Set, workshop: Page) -> None:
        """Use `painting`."""
        self._browser = browser
        self._scene = scene
        self._workshop = workshop

    async def draw(self, shown: Shown, size: Size = KEPT, script: str = VARYING) -> bytes:
        """A page as a PNG of few colours. The script is run in it before."""
        kept = {"storage_state": self._scene.signed_on} if shown.is_signed_on else {}
        look = {"viewport": WIDE, "device_scale_factor": size.scale, "reduced_motion": "reduce"}
        context = await self._browser.new_context(**look, **kept)  # type: ignore[arg-type]  # those of a window
        async with context:
            page = await context.new_page()
            await page.goto(self._scene.at(shown.path))
            await page.evaluate(script)
            return await self._reduce(await page.screenshot(full_page=True, animations="disabled", caret="hide"), size)

    async def _reduce(self, png: bytes, size: Size) -> bytes:
        given = {"png": base64.b64encode(png).decode(), "most_height": size.height, "step": size.step}
        made = await self._workshop.evaluate("given => reduced(given)", given)
        return _png(made["width"], made["height"], made["colours"], base64.b64decode(made["pixels"]))

    async def compare(self, kept: bytes, drawn: bytes) -> Difference:
        """How far a page that was drawn anew is from its kept picture."""
        given = {"kept": base64.b64encode(kept).decode(), "drawn": base64.b64encode(drawn).decode()}
        found = await self._workshop.evaluate("given => compared(given)", {**given, "tolerance": TOLERANCE})
        return Difference(found["different"] / found["pixels"], base64.b64decode(found["picture"]))

    async def by_what(self) -> str:
        """What draws here: the browser, and a hash of how it draws letters and fields, which depends on the fonts."""
        await self._workshop.set_content(SPECIMEN)
        specimen = hashlib.sha256(await self._workshop.screenshot()).hexdigest()
        await _open_workshop(self._workshop)
        return f"Chromium {self._browser.version.partition('.')[0]}, specimen {specimen[:16]}"


@asynccontextmanager
async def painting(browser: Browser, scene: Set) -> AsyncIterator[Painter]:
    """Somebody who draws the pages of a scene."""
    async with await browser.new_context(viewport={"width": 640, "height": 240}) as context:
        workshop = await context.new_page()
        await _open_workshop(workshop)
        yield Painter(browser, scene, workshop)


async def _open_workshop(page: Page) -> None:
    await page.goto("about:blank")
    await page.evaluate(PIXELS.read_text())


def _png(width: int, height: int, colours: Sequence[Sequence[int]], pixels: bytes) -> bytes:
    """A PNG with a palette, a byte a pixel."""
    rows = b"".join(b"\0" + pixels[start : start + width] for start in range(0, width * height, width))
    parts: Mapping[bytes, bytes] = {
        b"IHDR": struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0),
        b"PLTE": bytes(channel for colour in colours for channel in colour),
        b"IDAT": zlib.compress(rows, 9),
        b"IEND": b"",
    }
    packed = (
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in parts.items()
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


async def _renew(program: str) -> None:
    """Draw every page anew, and take away the pictures of pages that there are no more."""
    for old in (*FOLDER.glob("*.png"), *TOUR.glob("*.png")):
        old.unlink()
    for folder in (FOLDER, TOUR):
        folder.mkdir(exist_ok=True)
    async with run_browser(program) as browser:
        for name, run in SCENES.items():
            with TemporaryDirectory() as data:
                async with run(browser, Path(data)) as scene, painting(browser, scene) as painter:
                    await _draw_all(painter, name)


async def _draw_all(painter: Painter, scene: str) -> None:
    DRAWN_BY.write_text(f"{await painter.by_what()}\n")
    for name, shown in SHOWN.items():
        if shown.scene == scene:
            (FOLDER / f"{name}.png").write_bytes(await painter.draw(shown))
        if shown.scene == scene and shown.is_in_tour:
            (TOUR / f"{name}.png").write_bytes(await painter.draw(shown, IN_TOUR))


def main() -> None:
    """Draw all pictures anew."""
    program = find_browser()
    if program is None:
        sys.exit(NO_BROWSER)
    if not is_there():
        sys.exit("GOV.UK Frontend's files were not fetched: there is nothing to draw. `make setup` says why.")
    asyncio.run(_renew(program))
    size = sum(file.stat().st_size for folder in (FOLDER, TOUR) for file in folder.glob("*.png"))
    print(f"{len(SHOWN)} pages drawn; with those of the tour {size / 1000:.0f} kB.")


if __name__ == "__main__":
    main()
