"""With which codes the commands end; docs/running.md has the table."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a script can tell from the end of a command."""

    DONE = 0
    """It did what it was asked to do, and found nothing wrong."""
    FAILED = 1
    """It did not: what it called refused, nothing answered, or it has found what it looks for, such as a difference."""
    WRONG_ARGUMENT = 2
    """It was asked something that cannot be done: an argument, a file or a folder is wrong. Nothing was begun."""
    STUCK = 3
    """It did what it was asked to do, and something is stuck."""
    INTERRUPTED = 130
    """Ctrl-C ended it."""
