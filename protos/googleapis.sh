#!/usr/bin/env bash
# Print the folder that has google/rpc/*.proto, which protos/ import: that of the package googleapis-common-protos.
exec "$(dirname "$0")/../.venv/bin/python" -c "from pathlib import Path; from google.rpc import status_pb2; print(Path(status_pb2.__file__).parents[2])"
