"""What several processes of Seven Steps share."""

import os
from typing import Final

GRPC_VERBOSITY: Final = "GRPC_VERBOSITY"
NOTHING: Final = "NONE"

# gRPC's core prints lines of its own to standard error, among what a command prints; each comes as a status as well. It
# reads once, when grpc is first imported, what it may print: so that is said before anything of the suite imports it.
# The suite's processes put them into their logs, and let them be printed.
os.environ.setdefault(GRPC_VERBOSITY, NOTHING)


def let_grpc_print() -> None:
    """For a process that takes what is printed into its log, before it imports grpc. What somebody else said stays."""
    if os.environ[GRPC_VERBOSITY] == NOTHING:  # also where another process of the suite has started this one
        os.environ[GRPC_VERBOSITY] = "ERROR"
