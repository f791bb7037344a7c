"""Who wrote a plan or assessed the case does not decide on it: held in three places, each tested without the others."""

from datetime import date

import pytest
import sqlalchemy as sa

from integration.approval.desk import Desk, approving, plan, returning
from servers.services import PACK, SuiteOf, refusal_of
from services.approval.domain.approval import Approval
from sevensteps.api.approval.v1 import approval_pb2 as pb
from sevensteps.config import Settings
from sevensteps.errors import Kind
from sevensteps.policy import Library, Verdict
from sevensteps.policy.model.verdict import Json

PARTIES = ("wyn", "ash")
"""Who wrote the plan, and who assessed the case."""
DECIDED_FROM_THE_START = """
    INSERT INTO approvals (case_id, version, plan, state, verdict, safe, legal, meets_needs, sufficient, level, due_on,
    personal_budget, indicative, receipt_id, pack, opened_at, decided_by, signed_as, decided_at, because, revision)
    SELECT case_id, 2, plan, 'approved', verdict, safe, legal, meets_needs, sufficient, level, due_on,
    personal_budget, indicative, receipt_id, pack, opened_at, 'olu', 'approver', decided_at, because, revision
    FROM approvals
"""


@pytest.mark.parametrize("party", PARTIES)
async def test_the_service_refuses(desk: Desk, party: str) -> None:
    """With all three in place: neither signs nor returns, and nothing has changed."""
    checked = await desk.open()
    for call in (desk.by(party).ApprovePlan(approving(checked)), desk.by(party).ReturnPlan(returning(checked))):
        fault = await refusal_of(call)
        assert (fault.kind, fault.reason) == (Kind.DENIED, "SEPARATION_OF_DUTIES")
    assert await desk.read() == checked


@pytest.mark.parametrize("party", PARTIES)
async def test_the_rules_refuse_alone(desk: Desk, monkeypatch: pytest.MonkeyPatch, party: str) -> None:
    """The scheme of delegation refuses where the handler does not check."""
    monkeypatch.setattr(Approval, "ensure_separate", lambda approval, subject: None)
    fault = await refusal_of(desk.by(party).ApprovePlan(approving(await desk.open())))
    assert (fault.kind, fault.reason) == (Kind.DENIED, "AUTHORITY_LACKING")
    assert (await desk.read()).state == pb.APPROVAL_STATE_CHECKED


@pytest.mark.parametrize("part", ["is_author", "is_assessor", "is_payments_officer"])
def test_the_rules_know_every_part(part: str) -> None:
    """Of two who are the same otherwise, the one who took part has no authority."""
    settings = Settings()
    facts: dict[str, Json] = {
        "role": "approver",
        "annual_cost": "2080.00",
        "over_indicative_percent": 0,
        "checks_met": True,
        "refer": False,
        "overrides": 0,
        "is_author": False,
        "is_assessor": False,
        "is_payments_officer": False,
    }
    library = Library(settings.policies)
    day = date(2026, 6, 1)
    assert library.decide("authority", pack=PACK, on=day, facts=facts).verdict is Verdict.MET
    taking_part = facts | {part: True}
    assert library.decide("authority", pack=PACK, on=day, facts=taking_part).verdict is Verdict.NOT_MET


@pytest.mark.parametrize("party", PARTIES)
async def test_the_handler_refuses_alone(suite_of: SuiteOf, monkeypatch: pytest.MonkeyPatch, party: str) -> None:
    """The handler refuses where the rules do not know who took part and the database lets everything pass."""
    facts_of = Approval.signer_facts
    nobody = {"is_author": False, "is_assessor": False}
    monkeypatch.setattr(Approval, "signer_facts", lambda *about: facts_of(*about) | nobody)
    async with suite_of("approval") as running:
        desk = Desk(running)
        await desk.execute("DROP TRIGGER separation_of_duties_update")
        fault = await refusal_of(desk.by(party).ApprovePlan(approving(await desk.open())))
    assert fault.reason == "SEPARATION_OF_DUTIES"


@pytest.mark.parametrize("party", PARTIES)
async def test_the_database_refuses_alone(desk_on: Desk, party: str) -> None:
    """Writing past the service, nobody can add the signature of somebody who took part; another's can be added."""
    await desk_on.open()
    sign = "UPDATE approvals SET state = 'approved', decided_by = :by, signed_as = 'approver'"
    with pytest.raises(sa.exc.IntegrityError, match="wrote the plan or assessed the case"):
        await desk_on.execute(sign, by=party)
    await desk_on.execute(sign, by="olu")
    assert (await desk_on.read()).state == pb.APPROVAL_STATE_APPROVED


async def test_the_database_wants_to_know_who_decided(desk_on: Desk) -> None:
    """A plan is never signed by nobody or in no role, and no approval is decided from the start."""
    await desk_on.open()
    for statement in (
        "UPDATE approvals SET state = 'approved', signed_as = 'approver'",
        "UPDATE approvals SET state = 'approved', decided_by = 'olu'",
        DECIDED_FROM_THE_START,
        "UPDATE parties SET subject = 'nobody'",
    ):
        with pytest.raises(sa.exc.IntegrityError):
            await desk_on.execute(statement)


async def come_to_second_version(desk: Desk) -> pb.Approval:
    """A plan that ash had assessed was signed; after a reassessment by bea its next version is checked."""
    await desk.by("olu").ApprovePlan(approving(await desk.open()))
    opening = desk.opening(plan(version=2))
    opening.assessed_by[:] = ["bea"]
    await desk.journey.OpenApproval(opening)
    return await desk.read()


@pytest.mark.parametrize("assessor", ["ash", "bea"])
async def test_who_assessed_in_any_round_decides_on_no_version(desk_on: Desk, assessor: str) -> None:
    """Whoever assessed round 1 neither signs nor returns what follows from round 2; the database holds it too."""
    checked = await come_to_second_version(desk_on)
    for call in (
        desk_on.by(assessor).ApprovePlan(approving(checked)),
        desk_on.by(assessor).ReturnPlan(returning(checked)),
    ):
        fault = await refusal_of(call)
        assert (fault.reason, fault.detail.split(",")[0]) == ("SEPARATION_OF_DUTIES", "You assessed this case")
    with pytest.raises(sa.exc.IntegrityError, match="wrote the plan or assessed the case"):
        await desk_on.execute(
            "UPDATE approvals SET state = 'approved', decided_by = :by, signed_as = 'approver' WHERE version = 2",
            by=assessor,
        )
    assert await desk_on.read() == checked
    await desk_on.by("olu").ApprovePlan(approving(checked))


async def test_who_wrote_another_version_alone_may_decide(desk_on: Desk) -> None:
    """Who wrote a version decides on another that they had no part in, as before."""
    await come_to_second_version(desk_on)
    await desk_on.by("olu").ReturnPlan(returning(await desk_on.read()))
    third = desk_on.opening(plan(version=3))
    third.plan.written_by[:] = ["xan"]
    await desk_on.journey.OpenApproval(third)
    signed = (await desk_on.by("wyn").ApprovePlan(approving(await desk_on.read()))).approval
    assert signed.decided_by == "wyn"
