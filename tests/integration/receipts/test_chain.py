"""Whatever somebody changes in the database, verifying finds it: every receipt has its link in a chain."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial

import pytest
import sqlalchemy as sa

from integration.assessment.practice import NOT_ELIGIBLE, Practice
from integration.receipts.checked import Forge, decided, of_decision, until_chained, verified
from servers.services import Running, SuiteOf, refusal_of
from services.assessment.tables import determinations, indicative_budgets
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.receipts.v1 import receipts_pb2 as pb
from sevensteps.api.receipts.v1.receipts_pb2_grpc import ReceiptsServiceStub
from sevensteps.cli.checking.heads import Head
from sevensteps.errors import Kind
from sevensteps.identity.actor import EVERY_COUNCIL, Role
from sevensteps.receipt_chain import link_after
from sevensteps.service import chaining
from sevensteps.service.opening import open_store
from sevensteps.service.receipt_pages import NUMBERING
from sevensteps.service.tables import chain, packs, receipts

FIRST, SECOND, THIRD = (receipts.c.position == place for place in (1, 2, 3))
LAST = receipts.c.position == 10


@pytest.fixture
async def running(suite_of: SuiteOf, database: str) -> AsyncIterator[Running]:
    async with suite_of("assessment", database=database) as service:
        yield service


@pytest.fixture
async def chained(running: Running) -> Running:
    """A service with the ten receipts of two cases, each with its link."""
    for _ in range(2):
        await decided(running)
    await until_chained(running)
    return running


async def forge(running: Running, *forgeries: Forge) -> None:
    for forgery in forgeries:
        await running.store.write(forgery)


@asynccontextmanager
async def undone(running: Running, *tables: sa.Table) -> AsyncIterator[None]:
    """Puts everything in some tables back as it was, in the end."""

    def read(connection: sa.Connection) -> list[list[dict[str, object]]]:
        return [[row._asdict() for row in connection.execute(sa.select(table))] for table in tables]

    def put_back(connection: sa.Connection) -> None:
        if receipts in tables:
            connection.execute(receipts.update().values(position=None))  # no two may have one, not for a moment
        for table, rows in zip(tables, before, strict=True):
            for row in rows:
                same = [column == row[column.name] for column in table.primary_key]
                if not connection.execute(table.update().where(*same).values(row)).rowcount:
                    connection.execute(table.insert().values(row))

    before = await running.store.read(read)
    yield
    await running.store.write(put_back)


def update(which: sa.ColumnElement[bool], **values: object) -> Forge:
    """Something else in columns of the receipts."""
    return lambda connection: connection.execute(receipts.update().where(which).values(values))


def rewrite(which: sa.ColumnElement[bool], **values: object) -> Forge:
    """Something else in the JSON of the receipts."""

    def unit(connection: sa.Connection) -> None:
        for row in connection.execute(sa.select(receipts).where(which)).all():
            forged = json.dumps(json.loads(row.receipt) | values)
            connection.execute(receipts.update().where(receipts.c.receipt_id == row.receipt_id).values(receipt=forged))

    return unit


def delete(table: sa.Table, position: int) -> Forge:
    return lambda connection: connection.execute(table.delete().where(table.c.position == position))


def swap(connection: sa.Connection) -> None:
    """The second receipt in the place of the third, and the other way round."""
    for was, becomes in ((2, 99), (3, 2), (99, 3)):
        connection.execute(receipts.update().where(receipts.c.position == was).values(position=becomes))


async def test_every_receipt_has_its_link_soon_after_its_decision(chained: Running) -> None:
    """Then nothing is wrong: neither with the chain, nor with decisions or records."""
    check, found = await verified(chained)
    assert found == []
    assert (check.receipts, check.records, check.not_chained, check.erased) == (10, 6, 0, [])
    assert [(head.service, head.position) for head in check.heads] == [("assessment", 10)]
    assert chaining.CHAIN_SECONDS < 1


CHANGED = "It was changed after it was chained"
FORGERIES: Mapping[str, tuple[Forge, int, str]] = {
    "the verdict, in its column too": (
        lambda connection: (
            rewrite(SECOND, verdict="not_met")(connection),
            update(SECOND, verdict="not_met")(connection),
        ),
        2,
        CHANGED,
    ),
    "the day whose law decides": (rewrite(FIRST, on="2026-10-01"), 1, CHANGED),
    "a key that no receipt has": (rewrite(THIRD, signed_off="yes"), 3, CHANGED),
    "who asked": (update(FIRST, actor="bob"), 1, CHANGED),
    "the time": (update(FIRST, decided_at="2026-01-01T00:00:00.000Z"), 1, CHANGED),
    "what is no time": (update(FIRST, decided_at="long ago"), 1, CHANGED),
    "the case": (update(FIRST, case_id="case-of-others"), 1, CHANGED),
    "the council": (update(FIRST, council="elsewhere"), 1, CHANGED),
    "the last one of all": (update(LAST, actor="bob"), 10, CHANGED),
    "what is no JSON": (update(FIRST, receipt="{"), 1, CHANGED),
    "deleted in the middle": (delete(receipts, 4), 4, "It was deleted."),
    "put in another order": (swap, 2, "stands in its place"),
    "the law that was in force": (
        lambda connection: connection.execute(packs.update().values(files="{}")),
        1,
        "cannot be decided again: PACK_REFUSED",
    ),
    "a link deleted": (delete(chain, 3), 3, "It has no link, and later ones have"),
    "a link changed": (
        lambda connection: connection.execute(chain.update().where(chain.c.position == 3).values(digest="0" * 64)),
        3,
        "Its link does not follow from the one before",
    ),
}
"""What somebody does to the database, at which position it is found, and what is said of it."""


async def test_every_forgery_is_found(chained: Running) -> None:
    """Told with the receipt and the words for what was done; each finding says what to do."""
    query = sa.select(chain.c.position, chain.c.receipt_id)
    ids = dict(await chained.store.read(lambda connection: [tuple(row) for row in connection.execute(query)]))
    for what, (forgery, position, said) in FORGERIES.items():
        async with undone(chained, packs, receipts, chain):
            await forge(chained, forgery)
            _, found = await verified(chained)
        named = [finding for finding in found if said in finding.wrong and finding.receipt_id == ids[position]]
        assert named, f"{what}: {found}"
        assert all(finding.to_do for finding in found), what
    assert (await verified(chained))[1] == []


def without_records(connection: sa.Connection) -> None:
    """Nothing names the last receipt any more."""
    last = sa.select(receipts.c.receipt_id).where(LAST).scalar_subquery()
    connection.execute(indicative_budgets.delete().where(indicative_budgets.c.receipt_id == last))


async def test_a_deleted_end_is_found(chained: Running) -> None:
    """The last receipt leaves its link behind; and where another decision takes its place, it is not taken for it."""
    await forge(chained, without_records, delete(receipts, 10))
    _, (finding,) = await verified(chained)
    assert finding.wrong.startswith("It was deleted.")
    await decided(chained)
    _, found = await verified(chained)
    assert "stands in its place" in found[0].wrong


async def test_a_receipt_deleted_with_its_link_leaves_a_gap(chained: Running) -> None:
    """Positions have no gap otherwise."""
    await forge(chained, delete(receipts, 4), delete(chain, 4))
    _, (finding,) = await verified(chained)
    assert finding.wrong.startswith("Positions 4 to 4 are missing")


FORGED_RECORDS: Mapping[str, tuple[sa.Table, Mapping[str, object], str]] = {
    "found eligible otherwise": (
        determinations,
        {"verdict": "not_met"},
        "says verdict: not_met. Its receipt says met.",
    ),
    "other needs": (determinations, {"eligible_needs": '["home"]'}, 'says eligible needs: ["home"]. Its receipt says'),
    "no needs": (determinations, {"eligible_needs": "[]"}, "says eligible needs: nothing. Its receipt says"),
    "another digest": (determinations, {"receipt_digest": "0" * 64}, "names another digest than its receipt has"),
    "no digest": (determinations, {"receipt_digest": None}, "names another digest than its receipt has"),
    "another amount": (indicative_budgets, {"weekly": "900.00"}, "says weekly: 900.00. Its receipt says 82.91."),
}


async def test_a_record_that_contradicts_its_receipt_is_found(chained: Running) -> None:
    """Though the receipt and its chain are as they were."""
    for what, (table, values, said) in FORGED_RECORDS.items():
        async with undone(chained, table):
            await chained.store.write(partial(sa.Connection.execute, statement=table.update().values(values)))
            _, found = await verified(chained)
        assert [said in finding.wrong for finding in found] == [True, True], f"{what}: {found}"


async def test_a_departure_is_held_to_the_decision_of_who_confirmed_it(running: Running) -> None:
    """Not to that of who had assessed: the rules decided again, on what the practitioner judged."""
    work = Practice(running)
    await work.open()
    await work.propose(NOT_ELIGIBLE)
    ben = work.caller(Role.PRACTITIONER, subject="ben")
    departure = assessment_pb2.Departure(
        outcome="hygiene", judgement=assessment_pb2.OUTCOME_JUDGEMENT_UNABLE, because="I saw it."
    )
    request = assessment_pb2.ConfirmDeterminationRequest(reasons="As I saw it.", departures=[departure])
    await ben.ConfirmDetermination(work.on_case(request))
    await until_chained(running)
    assert (await verified(running))[1] == []
    await forge(running, lambda connection: connection.execute(determinations.update().values(confirmed_by="amy")))
    _, (finding,) = await verified(running)
    assert "says confirmed by: amy. Its receipt says ben." in finding.wrong


async def test_a_record_with_the_receipt_of_another_case_is_found(chained: Running) -> None:
    """As favourable as that receipt may be."""
    of_other = sa.select(receipts.c.receipt_id).where(of_decision("indicative-budget")).order_by(receipts.c.position)
    swapped = indicative_budgets.update().values(receipt_id=of_other.limit(1).scalar_subquery())
    await forge(chained, lambda connection: connection.execute(swapped))
    _, found = await verified(chained)
    assert [finding.wrong for finding in found if " is of case-" in finding.wrong]


async def test_a_chain_that_was_rewritten_is_found_by_a_head_noted_before(chained: Running) -> None:
    """Who can write to the database can have the whole chain made anew; what was noted elsewhere they cannot change."""
    check, _ = await verified(chained)
    noted = {head.service: head for head in check.heads}
    assert (await verified(chained, noted))[1] == []
    await forge(chained, update(FIRST, actor="bob"), lambda connection: connection.execute(chain.delete()))
    await until_chained(chained)
    assert (await verified(chained))[1] == []
    _, (finding,) = await verified(chained, noted)
    assert finding.wrong == "It has another link at position 10 than was noted."
    beyond = {"assessment": Head("assessment", 11, "0" * 64)}
    _, (finding,) = await verified(chained, beyond)
    assert finding.wrong == "It ends at position 10, and its head was noted at 11."


async def test_an_erased_receipt_is_told_apart_from_a_deleted_one(chained: Running) -> None:
    """Its link says when it was erased and by whom, and the chain goes on over it. What it led to stays."""

    def mark(connection: sa.Connection) -> None:
        values = {"erased_at": "2026-11-01T09:00:00.000Z", "erased_by": "dpo"}
        connection.execute(chain.update().where(chain.c.position.in_([2, 4])).values(values))

    await forge(chained, mark)
    _, found = await verified(chained)
    assert {finding.wrong for finding in found} == {"Its link says that it was erased, and it still has its content."}
    await forge(chained, update(SECOND, receipt=""), delete(receipts, 4))
    check, found = await verified(chained)
    assert found == []
    assert [(erased.erased_by, erased.erased_at[:10]) for erased in check.erased] == [("dpo", "2026-11-01")] * 2


async def test_what_has_no_link_yet_is_told(suite_of: SuiteOf, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is decided again as everything is, and is nothing wrong; the next start of the service chains it."""
    monkeypatch.setattr(chaining, "CHAIN_SECONDS", 3600)
    async with suite_of("assessment", database=database) as running:
        await decided(running)
        await chaining.extend(running.store)
        await decided(running)
        await NUMBERING.extend(running.store)  # a crash just now leaves numbers without links
        check, found = await verified(running)
        assert (check.receipts, check.not_chained, found) == (10, 5, [])
        assert check.heads[0].position == 5
    async with suite_of("assessment", database=database) as running:
        await until_chained(running)
        check, found = await verified(running)
        assert (check.not_chained, check.heads[0].position, found) == (0, 10, [])


async def test_several_instances_make_one_chain(
    suite_of: SuiteOf, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many make links at once, and wherever one of them breaks off."""
    monkeypatch.setattr(chaining, "CHAIN_SECONDS", 3600)
    monkeypatch.setattr(chaining, "NEW", chaining.NEW.limit(2))
    async with suite_of("assessment", database=database) as running:
        for _ in range(3):
            await decided(running)
        with monkeypatch.context() as broken:
            broken.setattr(chaining, "link_after", failing_at(4))
            with pytest.raises(RuntimeError, match="the power is gone"):
                await chaining.extend(running.store)
        others = [open_store(database, running.data, "assessment") for _ in range(3)]
        await asyncio.gather(*(chaining.extend(store) for store in others for _ in range(3)))
        for store in others:
            await store.close()
        check, found = await verified(running)
        assert (check.receipts, check.not_chained, check.heads[0].position, found) == (15, 0, 15, [])


def failing_at(number: int) -> Callable[[str, int, str, str], str]:
    """Makes links until the one of a position."""

    def link(before: str, position: int, receipt_id: str, digest: str) -> str:
        if position == number:
            raise RuntimeError("the power is gone")
        return link_after(before, position, receipt_id, digest)

    return link


async def test_a_council_sees_the_links_of_its_own_cases(chained: Running) -> None:
    """The whole chain is for who looks after every council; nothing of another council's case is told."""
    case_id = await decided(chained)
    own, stranger, everybody = (
        chained.stub(ReceiptsServiceStub, chained.token("aud", Role.AUDITOR, council=council))
        for council in ("example", "elsewhere", EVERY_COUNCIL)
    )
    of_case = pb.ListLinksRequest(case_id=case_id)
    assert [link.position for link in (await own.ListLinks(of_case)).links] == [11, 12, 13, 14, 15]
    assert not (await stranger.ListLinks(of_case)).links
    records = pb.ReadDecidedRecordsRequest(case_id=case_id)
    assert [record.kind async for part in own.ReadDecidedRecords(records) for record in part.records] == [
        "determination",
        "duty to meet needs",
        "indicative budget",
    ]
    assert [part async for part in stranger.ReadDecidedRecords(records)] == []
    for call in (
        own.ListLinks(pb.ListLinksRequest()),
        anext(aiter(own.ReadDecidedRecords(pb.ReadDecidedRecordsRequest()))),
    ):
        fault = await refusal_of(call)
        assert (fault.kind, fault.reason) == (Kind.DENIED, "OTHER_COUNCILS_RECEIPTS")
    places = [1]
    page = await everybody.ListLinks(pb.ListLinksRequest(page_size=1))
    while page.next_page_token:
        page = await everybody.ListLinks(pb.ListLinksRequest(page_size=1, page_token=page.next_page_token))
        places += [link.position for link in page.links]
    assert places == list(range(1, 16))
