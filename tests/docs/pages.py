"""The pages that people read, and the examples in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/*.md")))

BLOCK = re.compile(r"^```(?P<language>\w+)(?P<run> run)?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Example:
    """A fenced block that is marked to be run: `sh` or `python`, then `run`."""

    page: Path
    line: int
    language: str
    text: str

    @property
    def typed(self) -> str:
        """What one types in a terminal to run it."""
        return f"python - <<'PROGRAM'\n{self.text}PROGRAM" if self.language == "python" else self.text

    def __str__(self) -> str:
        """Where it stands."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def examples(page: Path) -> Iterator[Example]:
    """Every block of a page that is marked to be run."""
    said = page.read_text()
    for block in BLOCK.finditer(said):
        if block["run"]:
            yield Example(page, said.count("\n", 0, block.start()) + 1, block["language"], block["text"])


def rows(page: str, *, columns: int) -> Iterator[list[str]]:
    """The rows of a page's tables that have so many columns and begin with a word of code, without their backticks."""
    for line in (ROOT / page).read_text().splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip("|").split(" | ")]
        if line.startswith("| `") and len(cells) == columns:
            yield cells


def anchors(page: Path) -> set[str]:
    """What a link into a page may name after `#`: its headings, as Markdown makes anchors of them, and its own."""
    text = page.read_text()
    headings = (re.sub(r"[^\w -]", "", title.lower()) for title in re.findall(r"^#+ (.+)$", text, re.MULTILINE))
    return {heading.replace(" ", "-") for heading in headings} | set(re.findall(r'<a id="([^"]+)">', text))
