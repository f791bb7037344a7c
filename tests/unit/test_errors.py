"""Faults on the wire: what a service says is what a caller hears."""

import grpc
import pytest
from google.rpc import code_pb2
from grpc_status import rpc_status
from hypothesis import given
from hypothesis import strategies as st

from sevensteps.errors import Fault, Kind, Violation
from sevensteps.rpc import CODES, fault_of, status_of

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)
NAMES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ_", min_size=1, max_size=30)
FAULTS = st.builds(
    Fault,
    st.sampled_from(Kind),
    NAMES,
    WORDS,
    metadata=st.dictionaries(NAMES, WORDS, max_size=3),
    violations=st.lists(st.builds(Violation, WORDS, WORDS), max_size=3),
)


def heard(fault: Fault) -> Fault:
    """The fault as a caller gets it."""
    status = rpc_status.to_status(status_of(fault))
    trailing = grpc.aio.Metadata(*((key, value) for key, value in status.trailing_metadata))
    return fault_of(grpc.aio.AioRpcError(status.code, grpc.aio.Metadata(), trailing, details=status.details))


@given(FAULTS)
def test_a_fault_is_heard_as_it_was_said(fault: Fault) -> None:
    """Kind, reason, sentence, ids and fields."""
    got = heard(fault)
    assert (got.kind, got.reason, got.detail) == (fault.kind, fault.reason, fault.detail)
    assert (got.metadata, got.violations) == (fault.metadata, fault.violations)


def test_every_kind_has_a_status_of_its_own() -> None:
    """One table, no kind without a row, no status for two kinds."""
    assert set(CODES) == set(Kind)
    assert len(set(CODES.values())) == len(Kind)
    assert code_pb2.OK not in CODES.values()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (grpc.StatusCode.UNAVAILABLE, Kind.UNAVAILABLE),
        (grpc.StatusCode.DEADLINE_EXCEEDED, Kind.UNAVAILABLE),
        (grpc.StatusCode.CANCELLED, Kind.UNAVAILABLE),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, Kind.EXHAUSTED),
    ],
)
def test_what_grpc_says_itself_is_a_fault_too(code: grpc.StatusCode, kind: Kind) -> None:
    """No connection, a deadline or a size have no reason of ours: the status is the reason."""
    error = grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(), details="gone")
    assert (fault_of(error).kind, fault_of(error).reason) == (kind, code.name)
