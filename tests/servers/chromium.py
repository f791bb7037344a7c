"""A real browser, where this machine has one, and axe, which looks whether everybody can use a page."""

import io
import shutil
import tarfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from console.assets import NotFetchedError, Package, fetch
from sevensteps.local.downloads import cache_folder

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
NO_BROWSER = "Chromium was not found: pages are not tested in a browser. On Debian or Ubuntu: apt-get install chromium."
AXE = Package(
    "axe-core",
    "4.11.4",
    "sha512-KunSNx+TVpkAw/6ULfhnx+HWRecjqZGTOyquAoWHYLRSdK1tB5Ihce1ZW+UY3fj33bYAFWPu7W/GRSmmrCGuxA==",
)
IN_ARCHIVE = "package/axe.min.js"


def find_browser() -> str | None:
    """The program of a browser; None where there is none."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def find_axe() -> Path | None:
    """The script of axe, fetched before, or by npm now; None where it cannot be had."""
    script = cache_folder() / f"axe-{AXE.version}.min.js"
    if not script.is_file():
        try:
            archive = fetch(AXE)
        except NotFetchedError:
            return None
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            script.parent.mkdir(parents=True, exist_ok=True)
            script.write_bytes((files.extractfile(IN_ARCHIVE) or io.BytesIO()).read())
    return script


@asynccontextmanager
async def run_browser(program: str) -> AsyncIterator[Browser]:
    """A browser without a window. As root it has no sandbox: it opens nothing but the console."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            await browser.close()
