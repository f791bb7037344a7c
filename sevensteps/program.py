"""The beginning and the end of a program: it has somewhere to print, and ends when its work is done."""

import logging
import os
import sys
from atexit import register
from collections.abc import Callable
from contextlib import ExitStack
from typing import NoReturn

at_the_end = ExitStack()
"""What is to be put away when the program ends, also by an error that nobody handles."""
register(at_the_end.close)


def run(main: Callable[[], None]) -> NoReturn:
    """Run the main function of a program, then end the process at once, with its exit code.

    The interpreter is not taken down first: threads of Temporal's and gRPC's core still run, and one that wants the
    interpreter while it goes crashes the process. It did so to one command in fifty on a busy machine, after all its
    work was done. An error that `main` does not handle still ends the program the usual way.
    """
    _print_somewhere()
    code = 0
    try:
        main()
    except SystemExit as ending:
        code = _exit_code(ending)
    _put_away()
    os._exit(_flushed(code))


def _put_away() -> None:
    at_the_end.close()
    logging.shutdown()


def _print_somewhere() -> None:
    """Whoever has closed a standard stream does not want to read it."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - until the process ends
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115 - the same


def _exit_code(ending: SystemExit) -> int:
    """As the interpreter understands it: a text is an error message."""
    if ending.code is None or isinstance(ending.code, int):
        return ending.code or 0
    print(ending.code, file=sys.stderr)  # noqa: T201 - sys.exit would print it there
    return 1


def _flushed(code: int) -> int:
    """What is still to be printed goes out. The exit code says so where it cannot."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        return code or 1
    return code
