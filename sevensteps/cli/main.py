"""The command `sevensteps`."""

import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command line. A wrong setting is said in a sentence, and Ctrl-C is no error, however early it comes."""
    try:
        from sevensteps.cli.commands import run  # noqa: PLC0415  it takes a moment, in which Ctrl-C may come

        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
