"""The command `sevensteps`."""

import sys
from importlib import import_module

from sevensteps import program
from sevensteps.cli.terminal.exit_codes import ExitCode

ENGINE = "durable_rules_engine"
ENGINE_UNUSABLE = f"""\
The rules engine, durable-rules, cannot be loaded: {{error}}
On Python 3.13 and later it has to be built with a definition. Build it again, in this environment:
  CPPFLAGS=-DPyEval_CallObject=PyObject_CallObject \\
    {sys.executable} -m pip install --force-reinstall --no-cache-dir --no-deps durable-rules==2.0.28"""


def main() -> None:
    """The program `sevensteps`."""
    program.run(_main)


def _main() -> None:
    """Run the command line. Ctrl-C is not an error, however early it comes.

    Where the rules engine cannot be loaded, the first command says what to do, whether it needs the engine or not.
    """
    try:
        import_module(ENGINE)
        from sevensteps.cli.commands import run  # noqa: PLC0415  importing takes a moment, in which Ctrl-C may come

        run()
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
    except ImportError as error:
        if error.name != ENGINE:
            raise
        sys.exit(ENGINE_UNUSABLE.format(error=error))
