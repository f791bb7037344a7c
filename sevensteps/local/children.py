"""Child processes that end with their parent, even when the parent is killed and cannot stop them."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def ending_with_parent(*command: str) -> list[str]:
    """A command that runs `command`, and on Linux gets SIGTERM when this process is gone."""
    return [sys.executable, "-I", __file__, str(os.getpid()), *command]


def _run(parent: int, command: list[str]) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            sys.exit("The process that started this one is gone.")
    os.execv(command[0], command)  # noqa: S606 - the command of whoever called ending_with_parent


if __name__ == "__main__":
    _run(int(sys.argv[1]), sys.argv[2:])
