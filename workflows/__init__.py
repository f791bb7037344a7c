"""The journeys of cases in Temporal, and the relay that brings them facts."""

import sevensteps  # noqa: F401 - before grpc, which reads once what it may print
