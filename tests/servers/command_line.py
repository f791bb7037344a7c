"""`sevensteps` in a process of its own, as somebody at a terminal runs it."""

import os
import subprocess
import sys
from collections.abc import Mapping

COMMAND = [sys.executable, "-c", "from sevensteps.cli.main import main; main()"]
LIMIT_SECONDS = 120


def run_command(environment: Mapping[str, str], *arguments: str | bytes) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with settings from this environment."""
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        env=os.environ | environment | {"TERM": "dumb"},
        check=False,
    )
