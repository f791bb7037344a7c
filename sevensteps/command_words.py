"""A command as a setting has it: words, split as a shell does. No shell runs it."""

import shlex


def words_of(command: str) -> list[str]:
    """The program and its arguments. Raises ValueError where a quotation mark or a backslash has no other half."""
    return shlex.split(command)


def problem_of_command(command: str) -> str:
    """What was expected instead of a command that cannot be split; empty where it can be."""
    try:
        words_of(command)
    except ValueError:
        return "a program and its arguments, as a shell splits them: a quotation mark or a backslash has no other half"
    return ""
