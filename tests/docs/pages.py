"""The pages of the documentation, and the examples in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted((*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")))

BLOCK = re.compile(r"^```(?P<language>\w+)(?P<run> run)?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Example:
    """A code block that is marked to be run: `sh` or `python`, then `run`."""

    page: Path
    line: int
    language: str
    text: str

    @property
    def typed(self) -> str:
        """What to type in a terminal to run it."""
        return f"python - <<'PROGRAM'\n{self.text}PROGRAM" if self.language == "python" else self.text

    def __str__(self) -> str:
        """Its page and line."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def examples(page: Path) -> Iterator[Example]:
    """Every block of a page that is marked to be run."""
    text = page.read_text()
    for block in BLOCK.finditer(text):
        if block["run"]:
            yield Example(page, text.count("\n", 0, block.start()) + 1, block["language"], block["text"])


def rows(page: str, *, columns: int) -> Iterator[list[str]]:
    """Rows of tables with so many columns whose first cell is code; backticks are removed."""
    for line in (ROOT / page).read_text().splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip("|").split(" | ")]
        if line.startswith("| `") and len(cells) == columns:
            yield cells


def anchors(page: Path) -> set[str]:
    """What a link to a page may have after `#`: the anchors of its headings, and those written in it."""
    text = page.read_text()
    headings = (re.sub(r"[^\w -]", "", title.lower()) for title in re.findall(r"^#+ (.+)$", text, re.MULTILINE))
    return {heading.replace(" ", "-") for heading in headings} | set(re.findall(r'<a id="([^"]+)">', text))
