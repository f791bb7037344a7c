"""What several processes of Seven Steps share."""

import os

# gRPC's core prints lines of its own to standard error, among the JSON of the logs; each comes as a status as well. It
# reads once, when grpc is first imported, what it may print: so that is said before anything of the suite imports it.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")
