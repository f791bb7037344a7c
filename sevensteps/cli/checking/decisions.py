"""A stored decision made again, by the law of its day as its service has archived it."""

import json
from collections.abc import Iterator, Mapping

from sevensteps.api.receipts.v1 import receipts_pb2 as pb
from sevensteps.errors import Fault, Kind
from sevensteps.policy import Library
from sevensteps.publication.archived import read_archived
from sevensteps.rpc.caller import Caller

BESIDE = {"decision": "decision", "verdict": "verdict", "pack_hash": "hash"}
"""What is stored beside a receipt, by column, and what its JSON calls it."""


class DecisionsAgain:
    """Makes stored decisions again. Of the law it holds every version that they name.

    Each service's own copy of a version is read once, also where it is known already: that copy may have been changed.
    """

    def __init__(self, caller: Caller, library: Library) -> None:
        """`caller` may read law from every service; `library` has the installed packs."""
        self._caller = caller
        self._library = library
        self._read: dict[tuple[str, str], str] = {}
        """The versions that were read from each service, with what is wrong with its copy; empty for nothing."""

    async def differences(self, service: str, receipt: pb.StoredReceipt) -> tuple[str, ...]:
        """In plain sentences, how the decision made again differs from its receipt. Raises a Fault (UNAVAILABLE)."""
        try:
            contents = json.loads(receipt.receipt)
            if refusal := await self._load_pack(service, str(contents["hash"])):
                return (refusal,)
            return (*_columns_that_differ(receipt, contents), *self._library.verify(contents))
        except Fault as fault:
            if fault.kind is Kind.UNAVAILABLE:
                raise
            return (_refusal(fault),)
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            return (f"the receipt cannot be read: {type(error).__name__}: {error}",)

    async def _load_pack(self, service: str, version: str) -> str:
        """Have the library know the pack that a receipt names, as the service has archived it; or why it cannot."""
        if (service, version) not in self._read:
            self._read[service, version] = await self._read_pack(service, version)
        return self._read[service, version]

    async def _read_pack(self, service: str, version: str) -> str:
        try:
            await read_archived(self._caller, self._library, service, version)
        except Fault as fault:
            if fault.kind is Kind.UNAVAILABLE:
                raise
            return _refusal(fault)
        return ""


def _refusal(fault: Fault) -> str:
    return f"cannot be decided again: {fault.reason}: {fault.detail}"


def _columns_that_differ(receipt: pb.StoredReceipt, contents: Mapping[str, object]) -> Iterator[str]:
    """Where what is stored beside a receipt differs from what the receipt says."""
    for column, name in BESIDE.items():
        stored = getattr(receipt, column)
        if contents[name] != stored:
            yield f"{column}: {stored} is stored beside the receipt, which says {contents[name]}"
