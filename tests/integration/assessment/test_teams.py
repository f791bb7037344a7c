"""Which team looks after a case, and before whom it was brought: acts on a case that change nothing else of it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import sqlalchemy as sa

from integration.assessment.practice import Practice
from servers.services import NOBODY, PACK, reason_of, refusal_of, run_service
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.config import Settings
from sevensteps.errors import Kind
from sevensteps.identity.actor import Role
from sevensteps.identity.role_groups import SIGNING
from sevensteps.service.tables import outbox

MOVED = "They live in the north now."
STUCK = "Nobody in the team may decide this."


def assignment(team: str = "north", because: str = MOVED) -> pb.AssignCaseRequest:
    """Gives a case to a team."""
    return pb.AssignCaseRequest(team=team, because=because)


def escalation(role: str = "service_manager", because: str = STUCK) -> pb.EscalateCaseRequest:
    """Brings a case before somebody."""
    return pb.EscalateCaseRequest(role=role, because=because)


async def told(work: Practice) -> Sequence[tuple[str, str, object]]:
    """The events of the case after it was opened: of which type, by whom, and what they say."""
    query = sa.select(outbox).where(outbox.c.case_id == work.case.case_id).order_by(outbox.c.seq).offset(1)
    rows = await work.running.store.read(lambda connection: connection.execute(query).all())
    return [(row.type, row.actor, json.loads(row.payload)) for row in rows]


async def test_a_case_is_given_to_a_team_and_brought_before_somebody(work: Practice) -> None:
    """Who did it and why is in the acts and in the events, and the team in the case; all else is as before."""
    opened = await work.open()
    assert opened.team == ""
    work.case = (await work.amy.AssignCase(work.on_case(assignment()))).case
    olu = work.caller(Role.OPERATIONS, subject="olu")
    work.case = (await olu.EscalateCase(work.on_case(escalation()))).case
    now = await work.read()
    assert (now.team, now.etag != opened.etag) == ("north", True)
    now.team, now.etag = "", opened.etag
    assert now == opened
    acts = (await work.amy.ListActs(pb.ListActsRequest(case_id=work.case.case_id))).acts
    assert [(act.kind, act.acted_by, act.because, act.team, act.role) for act in acts] == [
        (pb.ACT_KIND_ASSIGNED, "amy", MOVED, "north", ""),
        (pb.ACT_KIND_ESCALATED, "olu", STUCK, "", "service_manager"),
    ]
    assert await told(work) == [
        ("case.assigned.v1", "amy", {"team": "north", "because": MOVED}),
        ("case.escalated.v1", "olu", {"role": "service_manager", "because": STUCK}),
    ]


async def test_what_is_so_already_is_not_done_again(work: Practice) -> None:
    """The same request has its first answer; a second one for the same team is refused, for another one taken."""
    await work.open()
    request = work.on_case(assignment())
    first = await work.amy.AssignCase(request)
    assert await work.amy.AssignCase(request) == first
    work.case = first.case
    fault = await refusal_of(work.amy.AssignCase(work.on_case(assignment())))
    assert (fault.kind, fault.reason) == (Kind.PRECONDITION, "ASSIGNED_ALREADY")
    assert (await work.amy.AssignCase(work.on_case(assignment("south")))).case.team == "south"


async def test_an_ended_case_is_nobodys(work: Practice) -> None:
    """It is neither given away nor brought before anybody."""
    await work.open()
    await work.end()
    assert await reason_of(work.amy.AssignCase(work.on_case(assignment()))) == "CASE_ENDED"
    assert await reason_of(work.amy.EscalateCase(work.on_case(escalation()))) == "CASE_ENDED"


async def test_what_is_wrong_is_told_by_field(work: Practice) -> None:
    """A team and a reason are words; a case is brought before a role that may sign, and before no other."""
    await work.open()
    for request in (assignment(team=" ", because=""), assignment(team="x" * 65, because="x" * 1001)):
        fault = await refusal_of(work.amy.AssignCase(work.on_case(request)))
        assert [each.field for each in fault.violations] == ["team", "because"]
    for role in ("", "finance", "anybody"):
        fault = await refusal_of(work.amy.EscalateCase(work.on_case(escalation(role, because=""))))
        assert [each.field for each in fault.violations] == ["role", "because"]
    for role in SIGNING:
        work.case = (await work.amy.EscalateCase(work.on_case(escalation(role)))).case


async def test_who_may(work: Practice) -> None:
    """Practitioners, managers and operations say whose a case is; whoever works on cases brings it before somebody."""
    await work.open()
    may_assign = {Role.PRACTITIONER, Role.ASSISTANT_TEAM_MANAGER, Role.TEAM_MANAGER, Role.SERVICE_MANAGER}
    may_assign |= {Role.HEAD_OF_SERVICE, Role.OPERATIONS}
    may_escalate = {*SIGNING, Role.PRACTITIONER, Role.PLANNER, Role.REVIEWER, Role.FINANCE, Role.OPERATIONS}
    for role in Role:
        caller = work.caller(role)
        await work.read()
        assigning = await reason_of(caller.AssignCase(work.on_case(assignment(role.value))))
        assert (assigning == "ROLE_LACKS_RIGHT") is (role not in may_assign)
        await work.read()
        escalating = await reason_of(caller.EscalateCase(work.on_case(escalation())))
        assert (escalating == "ROLE_LACKS_RIGHT") is (role not in may_escalate)
    stranger = work.caller(Role.OPERATIONS, council="elsewhere")
    assert await reason_of(stranger.AssignCase(work.on_case(assignment()))) == "CASE_NOT_FOUND"


async def test_where_a_council_names_its_teams_no_other_is_taken(tmp_path: Path) -> None:
    """The refusal names them, and says where they are written."""
    settings = Settings(data=tmp_path, pack=PACK, feed=NOBODY)
    policies = Path(copytree(settings.policies, tmp_path / "policies"))
    choices = (policies / "example-council" / "council.yaml").read_text()
    (policies / "example").mkdir()
    written = choices.replace("council: example-council", "council: example\nteams: [north, hospital team]")
    (policies / "example" / "council.yaml").write_text(written)
    async with run_service("assessment", replace(settings, policies=policies)) as running:
        work = Practice(running)
        named = (await work.amy.GetCouncil(pb.GetCouncilRequest())).council
        assert list(named.teams) == ["north", "hospital team"]
        await work.open()
        work.case = (await work.amy.AssignCase(work.on_case(assignment("hospital team")))).case
        fault = await refusal_of(work.amy.AssignCase(work.on_case(assignment("nord"))))
        assert [each.field for each in fault.violations] == ["team"]
        assert "must be one of north, hospital team: the council's council.yaml names its teams" in fault.detail
        assert (await work.read()).team == "hospital team"
