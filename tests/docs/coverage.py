"""docs/coverage.md: every item that the texts of the field ask for, with the tests that show it, or why it waits.

`PYTHONPATH=tests python -m docs.coverage` writes the page from the marks of the tests: `@pytest.mark.item(19)`.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from docs.pages import ROOT

PAGE = ROOT / "docs" / "coverage.md"
CHECKLIST = Path(__file__).with_name("checklist.yaml")
TESTS = ROOT / "tests"
BEGIN = """# Coverage

What the texts of self-directed support in England ask of a suite, from the seven steps of in Control to the Care Act,
item by item; and the tests that show that it does so: that a caller can do it, read it back and see it in the feed, and
that a bad input is refused. Where there is no test, the page says why the item waits.
"""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the checklist. `waits` is why nothing shows it yet; empty where tests do."""

    number: int
    group: str
    asks: str
    waits: str
    tests: list[str] = field(default_factory=list)
    """Each as `file::test`, in order."""

    def row(self) -> str:
        """Its row in the table of its group."""
        return f"| {self.number} | {self.asks} | {', '.join(map(_link, self.tests)) or self.waits} |"


def _link(test: str) -> str:
    file, _, name = test.partition("::")
    return f"[{name.removeprefix('test_').replace('_', ' ')}](../tests/{file})"


def marks() -> Mapping[int, list[str]]:
    """The tests that are marked with each number."""
    found: dict[int, list[str]] = defaultdict(list)
    for file in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                for number in _numbers(node):
                    found[number].append(f"{file.relative_to(TESTS)}::{node.name}")
    return found


def _numbers(test: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[int]:
    for mark in test.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.item":
            yield from (int(ast.unparse(number)) for number in mark.args)


def items() -> list[Item]:
    """Every item, in its order."""
    groups, tests = yaml.safe_load(CHECKLIST.read_text()), marks()
    return [
        Item(number, group, entry["asks"], entry.get("waits", ""), tests.get(number, []))
        for group, entries in groups.items()
        for number, entry in entries.items()
    ]


def page() -> str:
    """The page as the marks make it now."""
    every = items()
    lines = [BEGIN, f"{sum(bool(item.tests) for item in every)} of {len(every)} items are shown by tests.", ""]
    for group in dict.fromkeys(item.group for item in every):
        lines += [f"## {group}", "", "| | what is asked for | shown by |", "| --- | --- | --- |"]
        lines += [*(item.row() for item in every if item.group == group), ""]
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page())
