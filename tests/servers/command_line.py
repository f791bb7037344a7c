"""`sevensteps` in a process of its own, as somebody at a terminal runs it."""

import os
import subprocess
import sys
from collections.abc import Mapping

COMMAND = [sys.executable, "-c", "from sevensteps.cli.main import main; main()"]


def run_command(
    environment: Mapping[str, str], *arguments: str | bytes, seconds: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with settings from this environment. Fails after so many seconds.

    It prints at the width of a page, whatever the terminal of the tests is.
    """
    inherited = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        timeout=seconds,
        env=inherited | dict(environment) | {"TERM": "dumb"},
        check=False,
    )
