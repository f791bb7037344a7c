"""The codes with which commands end, as docs/running.md has them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from servers.command_line import run_command
from sevensteps.cli.terminal.exit_codes import ExitCode

ROOT = Path(__file__).parents[3]
ENDS = ("Exit", "exit")


def numbers_in_ends(file: Path) -> Iterator[int]:
    """The lines on which a command ends with a number instead of an ExitCode."""
    for call in ast.walk(ast.parse(file.read_text())):
        if isinstance(call, ast.Call) and getattr(call.func, "attr", "") in ENDS:
            for argument in (part for given in call.args for part in ast.walk(given)):
                if isinstance(argument, ast.Constant) and isinstance(argument.value, int):
                    yield call.lineno


def test_the_page_has_every_code() -> None:
    """One row for each, and no other."""
    explained = re.findall(r"^\| `(\d+)` \| .+ \|$", (ROOT / "docs/running.md").read_text(), re.MULTILINE)
    assert [int(code) for code in explained] == list(ExitCode)


def test_no_command_ends_with_a_code_of_its_own() -> None:
    """Every command ends with one of the codes, by name."""
    files = sorted((ROOT / "sevensteps/cli").rglob("*.py"))
    assert {file.name: lines for file in files if (lines := list(numbers_in_ends(file)))} == {}


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("glossary", "direct payment"), ExitCode.DONE),
        (("--version",), ExitCode.DONE),
        (("glossary", "zeppelin"), ExitCode.FAILED),
        (("case", "list"), ExitCode.FAILED),
        (("case", "explode"), ExitCode.WRONG_ARGUMENT),
        (("demo", "no-such-file.yaml"), ExitCode.WRONG_ARGUMENT),
        ((b"\xff",), ExitCode.WRONG_ARGUMENT),
    ],
    ids=str,
)
def test_a_command_ends_with_the_code_that_the_page_says(
    command: tuple[str | bytes, ...], code: ExitCode, tmp_path: Path
) -> None:
    """Done, failed, and wrongly asked; that Ctrl-C is 130 is tested where something runs."""
    assert run_command({"SEVENSTEPS_DATA": str(tmp_path)}, *command).returncode == code
