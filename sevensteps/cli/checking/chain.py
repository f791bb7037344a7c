"""The chain of one service's receipts, walked link by link. Nothing of it is held but the last link."""

from collections.abc import Iterator

from sevensteps.api.receipts.v1 import receipts_pb2 as pb
from sevensteps.cli.checking.findings import COMPARE, RESTORE, ErasedReceipt, Finding
from sevensteps.cli.checking.heads import Head
from sevensteps.cli.checking.records import stored_digest
from sevensteps.receipt_chain import START, link_after

CHAIN = "chain"
NOTED = (
    "If the database was restored from a backup, note its heads anew. Otherwise the chain was rewritten: trust "
    "none of its receipts before they are compared with a backup from before."
)


class ChainCheck:
    """Walks a chain from its beginning."""

    def __init__(self, service: str, noted: Head | None) -> None:
        """`noted` is a head of this chain that was noted before."""
        self.head = Head(service, 0, START)
        self.receipts = 0
        self.not_chained = 0
        self.erased: list[ErasedReceipt] = []
        self._service = service
        self._noted = noted
        self._position = 0
        self._before: str | None = START
        """The link at the position before; None where it is missing."""

    def take(self, link: pb.Link, chained: int) -> Iterator[Finding]:
        """What is wrong at the next position. `chained` is the last position that had a link when this one was read."""
        if link.position != self._position + 1:
            yield self._of_chain(
                f"Positions {self._position + 1} to {link.position - 1} are missing: receipts were deleted "
                "there before they had a link, or with it.",
                RESTORE,
            )
            self._before = None
        self._position = link.position
        self.receipts += link.HasField("receipt")
        if link.link:
            yield from self._linked(link)
        elif self.not_chained or link.position > chained:
            self.not_chained += 1
        else:
            self._before = None
            wrong = "It has no link, and later ones have: it was put in afterwards, or its link was deleted."
            yield self._of_receipt(link, wrong, COMPARE)

    def end(self) -> Iterator[Finding]:
        """What is wrong with the chain as a whole, after its last link."""
        noted = self._noted
        if noted and noted.position > self.head.position:
            yield self._of_chain(
                f"It ends at position {self.head.position}, and its head was noted at {noted.position}.", NOTED
            )

    def _linked(self, link: pb.Link) -> Iterator[Finding]:
        if self.not_chained:  # links made since reading began: what they follow was read without a link
            self.not_chained += 1
            return
        follows = self._before is None or link.link == link_after(
            self._before, link.position, link.receipt_id, link.digest
        )
        if not follows:
            yield self._of_receipt(link, "Its link does not follow from the one before: links were changed.", COMPARE)
        self._before = link.link
        self.head = Head(self._service, link.position, link.link)
        if self._noted and self._noted.position == link.position and self._noted.link != link.link:
            yield self._of_chain(f"It has another link at position {link.position} than was noted.", NOTED)
        if link.erased_at:
            self.erased.append(ErasedReceipt(self._service, link.receipt_id, link.erased_at, link.erased_by))
        if link.HasField("receipt"):
            for wrong in changes(link):
                yield self._of_receipt(link, wrong, COMPARE)
        elif not link.erased_at:
            wrong = "It was deleted. Its link is there, and nothing says that it was erased."
            yield self._of_receipt(link, wrong, RESTORE)

    def _of_receipt(self, link: pb.Link, wrong: str, to_do: str) -> Finding:
        receipt_id = link.receipt_id or link.receipt.receipt_id
        return Finding(self._service, receipt_id, link.receipt.case_id, link.receipt.decision, wrong, to_do)

    def _of_chain(self, wrong: str, to_do: str) -> Finding:
        return Finding(self._service, "", "", CHAIN, wrong, to_do)


def changes(link: pb.Link) -> Iterator[str]:
    """How the receipt at a position is not what was chained there; nothing where it has no link yet."""
    receipt = link.receipt
    if not link.link:
        return
    if link.erased_at:
        if receipt.receipt:
            yield "Its link says that it was erased, and it still has its content."
    elif receipt.receipt_id != link.receipt_id:
        yield (
            f"Receipt {receipt.receipt_id} stands in its place: receipts were put in another order, or it was deleted "
            "and another one put in."
        )
    elif stored_digest(receipt) != link.digest:
        parts = "its JSON, or its verdict, decision, case, council, pack, actor or time"
        yield f"It was changed after it was chained: {parts}."
