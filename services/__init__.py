"""The services that run the seven steps. Each owns its records; they meet on the wire only."""

import sys

import sevensteps  # before grpc, which reads once what it may print

if sys.argv[:1] == ["-m"]:  # so says Python until it has found what it is to run: this is a service's process
    sevensteps.let_grpc_print()
