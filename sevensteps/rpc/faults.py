"""Faults on the wire: a status of a Fault, and a Fault of a status."""

from __future__ import annotations  # grpc's generic types exist for the type checker alone

from typing import cast
from urllib.parse import quote

import grpc
from google.protobuf import any_pb2
from google.protobuf.message import DecodeError, Message
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from sevensteps.encryption.handshake import words_for
from sevensteps.errors import MOST_VIOLATIONS, Fault, Kind, Violation

DOMAIN = "sevensteps"
DETAIL_BYTES = 1000
"""Longest status message, in UTF-8 bytes."""
PART_BYTES = 200
"""Longest path, expectation or id in a status, in UTF-8 bytes."""
STATUS_BYTES = 6000
"""Largest status on the wire. gRPC takes 8 kB of metadata in all; a larger status never arrives."""
CODES = {
    Kind.INVALID: code_pb2.INVALID_ARGUMENT,
    Kind.UNAUTHENTICATED: code_pb2.UNAUTHENTICATED,
    Kind.DENIED: code_pb2.PERMISSION_DENIED,
    Kind.NOT_FOUND: code_pb2.NOT_FOUND,
    Kind.PRECONDITION: code_pb2.FAILED_PRECONDITION,
    Kind.ABORTED: code_pb2.ABORTED,
    Kind.EXHAUSTED: code_pb2.RESOURCE_EXHAUSTED,
    Kind.OUT_OF_RANGE: code_pb2.OUT_OF_RANGE,
    Kind.UNAVAILABLE: code_pb2.UNAVAILABLE,
    Kind.INTERNAL: code_pb2.INTERNAL,
}
KINDS = {code: kind for kind, code in CODES.items()}


def status_of(fault: Fault) -> status_pb2.Status:
    """The fault as a google.rpc.Status with ErrorInfo and, for wrong fields, BadRequest (AIP-193).

    It is always small enough to arrive: long texts are cut, and of many wrong fields the first are listed.
    """
    listed = len(fault.violations[:MOST_VIOLATIONS])
    while True:
        status = _status(fault, listed)
        if listed == 0 or _bytes_on_the_wire(status) <= STATUS_BYTES:
            return status
        listed -= 1


def _status(fault: Fault, listed: int) -> status_pb2.Status:
    """The status with so many of the wrong fields."""
    metadata = {name: _cut(value, PART_BYTES) for name, value in fault.metadata.items()}
    details = [_packed(error_details_pb2.ErrorInfo(reason=fault.reason, domain=DOMAIN, metadata=metadata))]
    if listed:
        bad = error_details_pb2.BadRequest()
        for violation in fault.violations[:listed]:
            bad.field_violations.add(
                field=_cut(violation.field, PART_BYTES), description=_cut(violation.detail, PART_BYTES)
            )
        details.append(_packed(bad))
    message = _cut(fault.detail, DETAIL_BYTES)
    if listed < len(fault.violations):
        message += f"; the first {listed} are listed"
    return status_pb2.Status(code=CODES[fault.kind], message=message, details=details)


def _cut(text: str, most: int) -> str:
    """The text, or the beginning of one that is longer than so many bytes in UTF-8."""
    written = text.encode()
    return text if len(written) <= most else written[: most - 3].decode(errors="ignore") + "…"


def _bytes_on_the_wire(status: status_pb2.Status) -> int:
    """The size of a status as metadata: its message percent-encoded, and the whole of it in base64."""
    return len(quote(status.message)) + len(status.SerializeToString()) * 4 // 3


def error_of(fault: Fault) -> grpc.aio.AioRpcError:
    """The error with which a call ends that a Fault keeps from being sent: the same as if a server had sent it."""
    status = rpc_status.to_status(status_of(fault))
    metadata = grpc.aio.Metadata(*((item[0], item[1]) for item in status.trailing_metadata or ()))
    return grpc.aio.AioRpcError(status.code, grpc.aio.Metadata(), metadata, status.details)


def fault_of(error: grpc.aio.AioRpcError) -> Fault:
    """The fault that a server sent. Another error (no connection, a deadline) becomes a fault of its code's kind.

    So does a status whose details cannot be read, or are not the suite's.
    """
    kind = KINDS.get(error.code().value[0], Kind.UNAVAILABLE)
    info = error_details_pb2.ErrorInfo()
    bad = error_details_pb2.BadRequest()
    try:
        status = rpc_status.from_call(cast("grpc.Call", error))
        for detail in status.details if status else ():
            detail.Unpack(info) or detail.Unpack(bad)
    except (ValueError, DecodeError):
        status = None
    if status is None:
        return Fault(kind, error.code().name, words_for(error.details() or error.code().name))
    return Fault(
        kind,
        info.reason or error.code().name,
        status.message,
        metadata=dict(info.metadata),
        violations=[Violation(violation.field, violation.description) for violation in bad.field_violations],
    )


def _packed(message: Message) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed


def fault_from(error: Exception) -> Fault:
    """What a caller may know of an error: a Fault as it is; of any other, only that something went wrong here."""
    if isinstance(error, Fault):
        return error
    return Fault(
        Kind.INTERNAL,
        "INTERNAL",
        "Something went wrong on our side. Nothing was changed; the log says more to operations.",
    )
