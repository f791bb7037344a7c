"""What is logged, is written in the code: no text of a line has anything put into it, and its fields are listed."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from sevensteps.redaction import KEPT

ROOT = Path(__file__).parents[2]
PRODUCT = ("services", "sevensteps", "workflows", "console")
LEVELS = {"debug", "info", "warning", "error", "critical", "exception", "log"}
LOGGERS = {"log.get()", "get()", "logger", "_log", "workflow.logger"}
ALIASES = {"say"}
BESIDE = {"actor", "exc_info", "extra"}
"""What may be given beside the fields that are written as they are: a person gets a number, an error loses its text."""
MADE: Mapping[str, str] = {
    "f'PostgreSQL at SEVENSTEPS_DATABASE: {why}.'": "one of the sentences in sevensteps/service/trouble.py",
    "f'{name}/{FILE}'": "the name of a council, of letters and digits, and of its file",
    "f'{filename}:{lineno}'": "a place in the code",
    "str(refused)": "what is wrong with a council's file, which its officers wrote",
    "str(problem)": "what is wrong with a pack, which policy officers wrote",
    "str(self.folder)": "a path from the settings",
    "str(self._path)": "the same",
}
"""The values that are put together for a line, and why nobody is in them."""
BY_POLICY_OFFICERS = "sevensteps/policy/"
"""Here texts have the names of packs, and what is wrong with them, put into them."""


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call of a logger, with its place."""
    for folder in PRODUCT:
        for file in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and _is_logging(node.func):
                    yield f"{file.relative_to(ROOT)}:{node.lineno}", node


def _is_logging(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        return function.attr in LEVELS and ast.unparse(function.value) in LOGGERS
    return isinstance(function, ast.Name) and function.id in ALIASES


def test_the_text_of_a_line_is_written_in_the_code() -> None:
    """Nothing is put into it: what it is about has fields of its own, which can be left out."""
    found = list(calls())
    assert len(found) > 40
    wrong = []
    for place, call in found:
        is_text = bool(call.args) and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)
        is_filled = len(call.args) > 1 and not place.startswith(BY_POLICY_OFFICERS)
        if not is_text or is_filled:
            wrong.append(place)
    assert wrong == []


def test_every_field_is_listed() -> None:
    """One that is not would be left out: whoever adds it decides in redaction.py whether it may be written."""
    unlisted = {
        (place, keyword.arg) for place, call in calls() for keyword in call.keywords if keyword.arg not in KEPT | BESIDE
    }
    assert unlisted == set()


def test_no_field_is_put_together_from_what_is_at_hand() -> None:
    """A text with values in it, or of an error, may have anything; those that have not are listed with the reason."""
    made = {
        (place, ast.unparse(keyword.value))
        for place, call in calls()
        for keyword in call.keywords
        if isinstance(keyword.value, ast.JoinedStr | ast.BinOp)
        or (isinstance(keyword.value, ast.Call) and ast.unparse(keyword.value.func) in {"str", "repr", "format"})
    }
    assert {(place, value) for place, value in made if value not in MADE} == set()
    assert {value for _, value in made} == MADE.keys()
