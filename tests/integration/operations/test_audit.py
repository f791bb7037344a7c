"""What repairs did and were refused is on record, in a chain that nobody can change unseen."""

import json
from collections.abc import Mapping, Sequence
from typing import cast

import pytest
import sqlalchemy as sa

from fakes.hands import FakeHands
from integration.operations.repairs import BECAUSE, case_of, go_on, plan, repairers
from servers.feed import Feed
from servers.operations import Operations
from servers.services import refusal_of
from services.operations.repairs.auditing import Signer
from services.operations.tables import audit
from sevensteps import clock
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.audit_chain import COLUMNS, START, link_after, problems
from sevensteps.config import Settings
from sevensteps.errors import Fault, Kind

pytestmark = pytest.mark.usefixtures("no_looks")

Entry = dict[str, object]


async def entries_of(operations: Operations, about: str = "") -> list[Entry]:
    """The audit, page by page, as `sevensteps audit verify` reads it."""
    request, entries = pb.ListAuditRequest(page_size=3, about=about), list[Entry]()
    while True:
        page = await operations.staff.ListAudit(request)
        for each in page.entries:
            at = clock.as_text(each.at.ToDatetime(tzinfo=clock.now().tzinfo))
            told = {name: getattr(each, name) for name in (*COLUMNS, "link", "signature", "signed_by")}
            entries.append(told | {"at": at})
        if not page.next_page_token:
            return entries
        request.page_token = page.next_page_token


async def test_every_act_is_on_record(settings: Settings, feed: Feed) -> None:
    """Who, what, why, before and after; what was refused, with the reason; what was seen when it was looked at."""
    hands = FakeHands(refuses={case_of(1): Fault(Kind.PRECONDITION, "CASE_ENDED", "The case has ended.")})
    async with repairers(settings, feed, hands, 2) as operations:
        repair = await go_on(operations, await plan(operations))
        entries = await entries_of(operations)
        assert list(problems(entries)) == []
        assert {each["subject"] for each in entries} == {"olu"}
        told = [(each["act"], each["about"], each["refused"]) for each in entries]
        assert told[:2] == [("repair.planned", repair.repair_id, ""), ("repair.continued", repair.repair_id, "")]
        assert set(told[2:-1]) == {
            ("repair.resume", case_of(0), ""),
            ("repair.resume", case_of(1), "CASE_ENDED"),
            ("repair.looked", case_of(0), ""),
        }
        assert told[-1] == ("repair.settled", repair.repair_id, "")
        assert {each["because"] for each in entries if str(each["about"]).startswith("case-")} == {BECAUSE}
        (looked,) = [each for each in entries if each["act"] == "repair.looked"]
        assert json.loads(str(looked["after"]))["outcome"] == "moved"
        of_case = await entries_of(operations, case_of(0))
        assert [each["act"] for each in of_case] == ["repair.resume", "repair.looked"]


async def test_what_is_refused_outright_is_on_record(settings: Settings, feed: Feed) -> None:
    """An attempt that never became a repair is one, too."""
    async with repairers(settings, feed, FakeHands(), 1) as operations:
        with pytest.raises(Exception, match="No case is as the filter asks"):
            await plan(operations, filter=pb.CaseFilter(case_ids=["case-nowhere"]))
        (entry,) = await entries_of(operations)
        assert (entry["act"], entry["refused"]) == ("repair.planned", "NO_CASES")


CHANGES: Mapping[str, sa.Update | sa.Delete] = {
    "a reason": audit.update().where(audit.c.number == 2).values(because="another one"),
    "who did it": audit.update().where(audit.c.number == 3).values(subject="somebody"),
    "an entry in the middle": audit.delete().where(audit.c.number == 3),
    "the first entry": audit.delete().where(audit.c.number == 1),
    "a signature": audit.update().where(audit.c.number == 1).values(signature="00" * 64),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("database", [""])
async def test_a_change_is_noticed(settings: Settings, feed: Feed, change: sa.Update | sa.Delete) -> None:
    """By anybody who has the entries, without the suite."""
    async with repairers(settings, feed, FakeHands(), 2) as operations:
        await go_on(operations, await plan(operations))
        assert list(problems(await entries_of(operations))) == []
        await operations.running.store.write(lambda connection: connection.execute(change))
        assert len(list(problems(await entries_of(operations)))) == 1


@pytest.mark.parametrize("database", [""])
async def test_a_chain_made_anew_is_signed_by_nobody(settings: Settings, feed: Feed) -> None:
    """Whoever can write to the records can compute the chain again, and has not the key."""
    async with repairers(settings, feed, FakeHands(), 1) as operations:
        await go_on(operations, await plan(operations))
        entries = await entries_of(operations)
        own = Signer.open(settings.data)
        assert list(problems(entries, own.public_key)) == []
        forged = _made_anew(entries, by=Signer.open(settings.data / "elsewhere"))
        assert list(problems(forged)) == []
        assert "by another key" in next(problems(forged, own.public_key))


def _made_anew(entries: Sequence[Entry], by: Signer) -> list[Entry]:
    link, forged = START, []
    for entry in entries:
        changed = {**entry, "because": "something else"}
        link = link_after(link, changed)
        signed = {"signature": by.sign(link), "signed_by": by.public_key} if entry["signature"] else {}
        forged.append(cast("Entry", changed | {"link": link} | signed))
    return forged


async def test_the_newest_entries_come_first_where_they_are_wanted_so(settings: Settings, feed: Feed) -> None:
    """Page by page to the first one; a place in one order is none in the other."""
    async with repairers(settings, feed, FakeHands(), 2) as operations:
        await go_on(operations, await plan(operations))
        oldest_first = [each["number"] for each in await entries_of(operations)]
        request, found = pb.ListAuditRequest(page_size=2, newest_first=True), list[int]()
        while True:
            page = await operations.staff.ListAudit(request)
            found += [each.number for each in page.entries]
            if not page.next_page_token:
                break
            request.page_token = page.next_page_token
        assert found == oldest_first[::-1]
        first = await operations.staff.ListAudit(pb.ListAuditRequest(page_size=2))
        wrong = pb.ListAuditRequest(page_size=2, newest_first=True, page_token=first.next_page_token)
        assert (await refusal_of(operations.staff.ListAudit(wrong))).reason == "CURSOR_FILTER_MISMATCH"
