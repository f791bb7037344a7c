"""The services that run the seven steps. Each owns its records; they meet on the wire only."""

import sevensteps  # noqa: F401 - before grpc, which reads once what it may print
