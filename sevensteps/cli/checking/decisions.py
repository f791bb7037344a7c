"""A stored decision made again, by the law of its day as its service has archived it."""

import json
from collections.abc import Iterator, Mapping

from sevensteps.api.receipts.v1 import receipts_pb2 as pb
from sevensteps.cli.case_view.law import load_pack
from sevensteps.errors import Fault, Kind
from sevensteps.policy import Library
from sevensteps.rpc.caller import Caller

BESIDE = {"decision": "decision", "verdict": "verdict", "pack_hash": "hash"}
"""What is stored beside a receipt, by column, and what its JSON calls it."""


class DecisionsAgain:
    """Makes stored decisions again. Of the law it holds every version that they name."""

    def __init__(self, caller: Caller, library: Library) -> None:
        """`caller` may read law from every service; `library` has the installed packs."""
        self._caller = caller
        self._library = library

    async def differences(self, service: str, receipt: pb.StoredReceipt) -> tuple[str, ...]:
        """In plain sentences, how the decision made again differs from its receipt. Raises a Fault (UNAVAILABLE)."""
        try:
            contents = json.loads(receipt.receipt)
            await load_pack(self._caller, self._library, service, str(contents["hash"]))
            return (*_columns_that_differ(receipt, contents), *self._library.verify(contents))
        except Fault as fault:
            if fault.kind is Kind.UNAVAILABLE:
                raise
            return (f"cannot be decided again: {fault.reason}: {fault.detail}",)
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            return (f"the receipt cannot be read: {type(error).__name__}: {error}",)


def _columns_that_differ(receipt: pb.StoredReceipt, contents: Mapping[str, object]) -> Iterator[str]:
    """Where what is stored beside a receipt differs from what the receipt says."""
    for column, name in BESIDE.items():
        stored = getattr(receipt, column)
        if contents[name] != stored:
            yield f"{column}: {stored} is stored beside the receipt, which says {contents[name]}"
