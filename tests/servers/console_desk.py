"""A console over the services that decide, with plans that wait to be signed and reviews that are due."""

import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

from integration.approval.desk import Desk
from integration.planning.case import PlanningCase
from servers.console import OURS, Suite, run_with_cases
from servers.operations import told
from servers.services import NOBODY, PACK, Running, run_service
from sevensteps import clock, events
from sevensteps.api.approval.v1 import approval_pb2 as pb
from sevensteps.api.feed.v1 import feed_pb2
from sevensteps.api.policy.v1.policy_pb2 import PublishedPack
from sevensteps.config import DECIDING_SERVICES, POLICIES, REGISTER, Settings
from sevensteps.identity.actor import Role
from sevensteps.policy.packs.pack import read_pack
from sevensteps.publication.putting_in_force import packs_in_service, stage
from sevensteps.rpc.caller import policy_officer

SMALL, JUDGED, DEAR = "case-small-plan", "case-judged-plan", "case-dear-plan"
"""A plan that a team manager may sign; one of which they have to judge something; one above their limit."""
DUE = {"case-review-late": -3, "case-review-soon": 0, "case-review-later": 20, "case-review-far": 200}
"""In how many days reviews are due."""


@dataclass(frozen=True)
class DeskSuite:
    """A console with what it shows, and the services that decide, by name."""

    suite: Suite
    services: dict[str, Running]
    settings: Settings
    """Where the services that decide are."""

    async def plan(
        self,
        case_id: str,
        weekly: str,
        indicative: str = "62.00",
    ) -> None:
        """Have a plan of two lines come to approval, written by pat, of a case that ash assessed."""
        case = PlanningCase(self.services["planning"], OURS)
        case.case_id = case_id
        await case.open_plan()
        draft = await case.draft()
        draft.lines[0].weekly = weekly
        draft.advocate_considered = draft.advice_given = True
        await case.pat.SavePlan(draft)
        await case.pat.SubmitPlan(await case.submission())
        desk = Desk(self.services["approval"], case_id)
        opening = desk.opening((await case.stands()).plan, indicative=indicative)
        opening.council = OURS
        opening.opened_on = clock.today().isoformat()
        await desk.journey.OpenApproval(opening)
        await self.tell(
            told(case_id, events.CaseOpened(kind="adult", due_on="2026-06-20"), council=OURS),
            told(case_id, _checked((await self.approval(case_id)).due_on), after_seconds=1, council=OURS),
        )

    async def approval(self, case_id: str) -> pb.Approval:
        """The approval of the case's newest plan."""
        reader = Desk(self.services["approval"], case_id).by("rae", Role.AUDITOR, council=OURS)
        return (await reader.GetApproval(pb.GetApprovalRequest(case_id=case_id))).approval

    async def tell(self, *stories: feed_pb2.Event) -> None:
        """Have the feed tell something, and operations know it."""
        await self.suite.operations.come_to(await self.suite.feed.append(stories))

    async def come_to_review(self, case_id: str, due: date) -> None:
        """Have a case be in step 6, with a review by practice that day."""
        life = events.LifeOpened(
            round=1, plan_version=1, review_due=due.isoformat(), due_kind="soft", rule="REVIEW-2", law_due=""
        )
        await self.tell(
            told(case_id, events.CaseOpened(kind="adult", due_on="2026-06-20"), council=OURS),
            told(case_id, life, after_seconds=1, council=OURS),
        )

    async def come_to_reviews(self) -> None:
        """Have four reviews be due."""
        for case_id, days in DUE.items():
            await self.come_to_review(case_id, clock.today() + timedelta(days=days))

    async def come_to_law_dates(self) -> None:
        """Of ten complaints of past weeks half were answered in time, with ten days left; six are to be answered."""
        stories = [
            *(each for number in range(5) for each in _complaint(f"case-met-{number}", -20, -30)),
            *(each for number in range(5) for each in _complaint(f"case-late-{number}", -20, -2)),
            *(each for number in range(4) for each in _complaint(f"case-near-{number}", 5)),
            *(each for number in range(2) for each in _complaint(f"case-far-{number}", 15)),
        ]
        await self.tell(*stories)


def _complaint(case_id: str, due: int, answered: int | None = None) -> Iterator[feed_pb2.Event]:
    """A case with a complaint to be answered in so many days; answered on another day, or not yet."""
    on = {days: (clock.today() + timedelta(days=days)).isoformat() for days in (due, due - 90, answered or 0)}
    yield told(case_id, events.CaseOpened(kind="adult", due_on="2027-06-20"), council=OURS)
    yield told(case_id, events.ComplaintRecorded("c1", on[due - 90], "letter", "person", "", on[due]), council=OURS)
    if answered is not None:
        yield told(case_id, events.ComplaintAnswered("c1", on[answered], "upheld"), council=OURS)


def _checked(due_on: str) -> events.PlanChecked:
    return events.PlanChecked(
        version=1,
        verdict="met",
        safe="met",
        legal="met",
        meets_needs="met",
        sufficient="met",
        level="L0",
        due_on=due_on,
    )


@asynccontextmanager
async def run_desk(data: Path, policies: Path = POLICIES) -> AsyncIterator[DeskSuite]:
    """The services that decide, and a console over them. No plan has come yet."""
    settings = Settings(data=data, policies=policies, pack=PACK, feed=NOBODY)
    services: dict[str, Running] = {}
    async with AsyncExitStack() as stack:
        for name in DECIDING_SERVICES:
            running = await stack.enter_async_context(run_service(name, settings, services.get("assessment")))
            services[name] = running
            settings = replace(settings, **{name: running.address})  # type: ignore[arg-type]  # each is an address
        at = {name: running.address for name, running in services.items()}
        suite = await stack.enter_async_context(run_with_cases(data, policies=policies, **at))  # type: ignore[arg-type]  # each is an address
        yield DeskSuite(suite, services, settings)


async def fill_desk(desk: DeskSuite) -> None:
    """Three plans that wait, and four reviews."""
    await desk.plan(SMALL, "40.00")
    await desk.plan(JUDGED, "40.00", indicative="100.00")
    await desk.plan(DEAR, "700.00", indicative="720.00")
    await desk.come_to_reviews()
    await desk.come_to_law_dates()


async def stage_draft(desk: DeskSuite, draft: Path, *, by: str = "pam") -> str:
    """Have somebody send a draft of the council's pack to every service. Answers the id of the publication."""
    pack, publication_id = read_pack(draft, PACK), str(uuid4())
    async with policy_officer(desk.settings, by) as caller:
        before = (await packs_in_service(caller, REGISTER))[PACK].hash
        packs = [PublishedPack(pack=PACK, hash=pack.hash, replaces=before)]
        await stage(caller, publication_id, packs, pack.files, "The council met.")
    return publication_id


def draft_of(policies: Path, folder: Path, was: str, becomes: str) -> Path:
    """A folder of packs in which the council's choices say something else."""
    shutil.copytree(policies, folder)
    choices = folder / PACK / "parameters" / "choices.yaml"
    text = choices.read_text(encoding="utf-8")
    assert was in text
    choices.write_text(text.replace(was, becomes), encoding="utf-8")
    return folder


def with_two_people(folder: Path) -> Path:
    """A folder of policies whose council lets two people publish."""
    shutil.copytree(POLICIES, folder)
    council = folder / OURS / "council.yaml"
    council.write_text(council.read_text(encoding="utf-8") + "publishing: two people\n", encoding="utf-8")
    return folder
