"""The command `sevensteps`."""

import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command line. Ctrl-C is not an error, however early it comes."""
    try:
        from sevensteps.cli.commands import run  # noqa: PLC0415  importing takes a moment, in which Ctrl-C may come

        run()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
