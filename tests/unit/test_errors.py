"""Faults on the wire: what a service says is what a caller hears."""

from base64 import b64encode
from urllib.parse import quote

import grpc
import pytest
from google.rpc import code_pb2, status_pb2
from grpc_status import rpc_status
from hypothesis import given
from hypothesis import strategies as st

from sevensteps.errors import MOST_VIOLATIONS, Fault, Kind, Violation, invalid, not_found
from sevensteps.rpc.faults import CODES, fault_of, status_of

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

LONG_WORDS = st.builds(str.__mul__, WORDS, st.integers(0, 2000))
LARGE_FAULTS = st.builds(
    Fault,
    st.sampled_from(Kind),
    NAMES,
    LONG_WORDS,
    metadata=st.dictionaries(NAMES, LONG_WORDS, max_size=5),
    violations=st.lists(st.builds(Violation, LONG_WORDS, LONG_WORDS), max_size=MOST_VIOLATIONS * 2),
)
METADATA_BYTES = 8 * 1024
"""The most trailing metadata that gRPC takes."""
ENTRY_BYTES = 32
"""What HTTP/2 adds for each entry beside its name and value."""


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


@given(LARGE_FAULTS)
def test_however_much_is_wrong_the_status_arrives(fault: Fault) -> None:
    """It stays well under what gRPC takes, whatever it says; kind and reason are never cut."""
    status = rpc_status.to_status(status_of(fault))
    [(_, packed)] = status.trailing_metadata
    assert isinstance(packed, bytes)
    sent = len(quote(status.details)) + len(b64encode(packed))
    names = len("grpc-status-details-bin") + len("grpc-message") + len("grpc-status")
    assert sent + names + 3 * ENTRY_BYTES < METADATA_BYTES * 0.9
    got = heard(fault)
    assert (got.kind, got.reason) == (fault.kind, fault.reason)


def test_of_many_wrong_fields_the_first_are_listed() -> None:
    """The sentence says how many there are beyond those."""
    got = heard(invalid(*(Violation(f"lines[{number}].weekly", "must be an amount") for number in range(100))))
    assert [violation.field for violation in got.violations] == [f"lines[{n}].weekly" for n in range(MOST_VIOLATIONS)]
    assert got.detail == ("lines[0].weekly: must be an amount (and 99 more); the first 20 are listed")


def test_an_id_of_any_length_is_refused_in_few_words() -> None:
    """What was sent instead of an id is not sent back: it may be anything."""
    got = heard(not_found("x" * 5000))
    assert (got.kind, got.reason, got.metadata) == (Kind.NOT_FOUND, "CASE_NOT_FOUND", {})
    assert "xx" not in got.detail


@pytest.mark.parametrize("details", [b"\xff\xff", status_pb2.Status(code=3, message="another").SerializeToString()])
def test_details_that_cannot_be_read_are_passed_over(details: bytes) -> None:
    """For unreadable bytes, or a status of another code, the caller gets what gRPC itself says."""
    trailing = grpc.aio.Metadata(("grpc-status-details-bin", details))
    error = grpc.aio.AioRpcError(grpc.StatusCode.NOT_FOUND, grpc.aio.Metadata(), trailing, details="gone")
    got = fault_of(error)
    assert (got.kind, got.reason, got.detail) == (Kind.NOT_FOUND, "NOT_FOUND", "gone")


def test_every_kind_has_a_status_of_its_own() -> None:
    """Every kind has a status of its own."""
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
    """A lost connection, a deadline or a size limit has the status code as its reason."""
    error = grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(), details="gone")
    assert (fault_of(error).kind, fault_of(error).reason) == (kind, code.name)
