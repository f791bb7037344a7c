"""How large modules, classes and functions may be, so that each can be read at a sitting."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = ("services", "sevensteps", "workflows", "console")
NOT_COUNTED = ("sevensteps/api/", "/migrations/")
"""Generated code; and migrations, which are never edited once released."""

LIMITS: Mapping[tuple[str, ...], Mapping[str, int]] = {
    PRODUCT: {"module": 300, "class": 200, "function": 40},
    ("bench", "tests"): {"module": 450, "function": 45},
}
"""The most lines that each may have, docstring and signature included."""
EXCEPTIONS: Mapping[str, str] = {
    "module sevensteps/events.py": "the payloads of all events are one contract, and are read side by side",
    "function sevensteps/service/migrations.py::create_shared_tables_0001": "a released migration is never edited",
}
"""What may be larger, and why."""
P90_OF_FUNCTIONS = 15


@dataclass(frozen=True, slots=True)
class Part:
    """A module, class or function, and how many lines it has."""

    kind: str
    name: str
    lines: int

    def __str__(self) -> str:
        """What it is called in EXCEPTIONS."""
        return f"{self.kind} {self.name}"


def parts(folders: tuple[str, ...]) -> Iterator[Part]:
    """Every module, class and function in some folders."""
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            path = str(file.relative_to(ROOT))
            if not any(name in path for name in NOT_COUNTED):
                yield from parts_of_module(path, file.read_text())


def parts_of_module(path: str, text: str) -> Iterator[Part]:
    yield Part("module", path, len(text.splitlines()))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            kind = "class" if isinstance(node, ast.ClassDef) else "function"
            yield Part(kind, f"{path}::{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1)


def too_large() -> dict[str, int]:
    return {
        str(part): part.lines
        for folders, limits in LIMITS.items()
        for part in parts(folders)
        if part.lines > limits.get(part.kind, part.lines)
    }


def test_nothing_is_larger_than_its_limit() -> None:
    """Modules, classes and functions keep to their limits, except for those that are listed with a reason."""
    assert {name: lines for name, lines in too_large().items() if name not in EXCEPTIONS} == {}


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_an_exception_is_still_needed(name: str) -> None:
    """What has become small enough, or is gone, is no exception any more: take it off the list."""
    assert name in too_large()


def test_nine_of_ten_functions_are_short() -> None:
    """The 90th percentile of the product's function lengths; the longest functions of each folder are worth a look."""
    functions = sorted((part for part in parts(PRODUCT) if part.kind == "function"), key=lambda part: part.lines)
    p90 = functions[ceil(len(functions) * 0.9) - 1].lines
    longer = [f"{part.lines} {part.name}" for part in reversed(functions) if part.lines > P90_OF_FUNCTIONS]
    allowed = len(functions) // 10
    assert p90 <= P90_OF_FUNCTIONS, (
        f"{len(longer)} of {len(functions)} functions are longer, {allowed} may be: {longer}"
    )
