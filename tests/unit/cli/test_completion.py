"""Completion in the shell, as its script asks the command for it."""

import os
import subprocess
import sys

import pytest

COMMAND = "import sys; sys.argv[0] = 'sevensteps'; from sevensteps.cli.main import main; main()"


@pytest.mark.parametrize(
    ("typed", "completed"), [("ca", ["case"]), ("case res", ["resume"]), ("fet", ["fetch"]), ("zz", [])]
)
def test_the_shell_completes_commands(typed: str, completed: list[str]) -> None:
    """A command that has been begun is completed; nothing else is printed, and nothing is run."""
    words = {"COMP_WORDS": f"sevensteps {typed}", "COMP_CWORD": str(len(typed.split()))}
    asked = subprocess.run(
        [sys.executable, "-c", COMMAND],
        env=os.environ | words | {"_SEVENSTEPS_COMPLETE": "complete_bash"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert asked.stdout.split() == completed
    assert asked.stderr == ""
