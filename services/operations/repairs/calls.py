"""Calling services as whoever repairs: how long one call may take, and what comes of one that is refused."""

from collections.abc import Iterator
from contextlib import contextmanager

import grpc

from sevensteps.rpc.faults import fault_of

CALL_SECONDS = 15.0


@contextmanager
def refusals_as_faults() -> Iterator[None]:
    """Raise the Fault that a service sent, or the one of a service that does not answer."""
    try:
        yield
    except grpc.aio.AioRpcError as error:
        raise fault_of(error) from error
