"""The pages of the console that the browser tests go through. A new page, or a new state of one, is one line here."""

from collections.abc import Mapping
from dataclasses import dataclass

from servers.console import OURS
from servers.console_desk import JUDGED
from servers.console_repairs import ANOTHERS, CAUSE, OWN, PLANNED, RUNNING, VAIN, WAITING, page_of
from sevensteps.config import POLICIES
from sevensteps.policy.packs.pack import read_pack

CASES, REPAIRS, DESK, PACKS = "cases", "repairs", "desk", "packs"
"""The scenes in which there are pages."""
HASH = read_pack(POLICIES, OURS).hash


@dataclass(frozen=True, slots=True)
class Shown:
    """A page in a state. `is_in_tour` says that docs/console.md has a picture of it."""

    path: str
    is_signed_on: bool = True
    is_in_tour: bool = False
    scene: str = CASES


PAGES: Mapping[str, Shown] = {
    "home": Shown("/", is_in_tour=True),
    "cases": Shown("/cases?open=yes&steps=money_found&due_before=2030-01-01", is_in_tour=True),
    "cases-wrong": Shown("/cases?due_from=tomorrow&steps=eighth&colour=red"),
    "cases-none": Shown("/cases?steps=seen_how_it_worked"),
    "case": Shown("/cases/case-irene", is_in_tour=True),
    "case-stuck": Shown("/cases/case-one"),
    "case-unknown": Shown("/cases/case-nowhere"),
    "stuck": Shown("/stuck", is_in_tour=True),
    "stuck-cases": Shown("/stuck/cases?cause=parked/PLAN_TEMPLATE_UNKNOWN"),
    "repair-new": Shown("/repairs/new?cause=parked/PLAN_TEMPLATE_UNKNOWN"),
    "repair-why": Shown("/repairs/new?cause=parked/PLAN_TEMPLATE_UNKNOWN&action=hold"),
    "repair-planned": Shown("/repairs/repair-00000000-0000-4000-8000-000000000001"),
    "repair": Shown("/repairs/repair-00000000-0000-4000-8000-000000000002", is_in_tour=True),
    "repairs": Shown("/repairs"),
    "audit": Shown("/audit", is_in_tour=True),
    "views": Shown("/views"),
    "rehearsal": Shown("/rehearsal", is_in_tour=True),
    "glossary": Shown("/glossary"),
    "cookies": Shown("/cookies"),
    "nowhere": Shown("/nowhere"),
    "sign-in": Shown("/sign-in", is_signed_on=False, is_in_tour=True),
    "signed-out": Shown("/signed-out", is_signed_on=False),
}
"""By a name of its own, which is that of its picture."""
OF_REPAIRS: Mapping[str, str] = {
    "cases-to-tick": "/cases?open=yes",
    "stuck-to-mend": "/stuck",
    "stuck-cases-to-mend": f"/stuck/cases?cause={CAUSE}",
    "case-to-mend": "/cases/case-one",
    "mend-a-cause": f"/repairs/new?cause={CAUSE}",
    "mend-what-is-held": "/repairs/new?case_ids=case-two",
    "mend-why": f"/repairs/new?cause={CAUSE}&action=hold",
    "mend-ending": f"/repairs/new?cause={CAUSE}&action=end",
    "mend-correction": "/repairs/new?case_ids=case-two&action=correct",
    "mend-no-action": f"/repairs/new?cause={CAUSE}&request=1",
    "mend-nothing": "/repairs/new?ticked=yes",
    "mend-what-is-not-there": "/repairs/new?case_ids=case-nowhere",
    "mend-wrong-filter": "/repairs/new?due_from=tomorrow",
    "planned": page_of(PLANNED),
    "planned-more-than-shown": f"{page_of(PLANNED)}?shown=3",
    "waiting": page_of(WAITING),
    "waiting-sent-twice": f"{page_of(WAITING)}?gone_on=yes",
    "refused-ones": f"{page_of(WAITING)}?outcome=refused",
    "running": page_of(RUNNING),
    "running-still": f"{page_of(RUNNING)}?still=yes",
    "stopping": f"{page_of(RUNNING)}/stop",
    "in-vain": page_of(VAIN),
    "second-person-own": page_of(OWN),
    "second-person": page_of(ANOTHERS),
    "no-such-repair": "/repairs/repair-nowhere",
    "many-repairs": "/repairs",
    "audit-of-many": "/audit",
    "audit-of-one": f"/audit?about=repair-{WAITING}",
    "audit-of-nothing": "/audit?about=case-nowhere",
    "audit-wrong": "/audit?about=%3F",
    "feed": "/feed",
    "feed-deleted": "/feed?deleted=ledger",
    "deleting": f"/feed/delete?name=ledger&council={OURS}&subject=reporting",
    "views-named": "/views",
    "naming-a-view": "/views/new?open=yes&steps=money_found",
}
"""Where repairs are as far as they can be."""
OF_DESK: Mapping[str, str] = {
    "home-with-a-forecast": "/",
    "approvals": "/approvals",
    "approvals-wrong": "/approvals?due_before=soon&steps=plan_made",
    "approvals-none": "/approvals?on_hold=yes",
    "approval": f"/approvals/{JUDGED}",
    "approval-unknown": "/approvals/case-nowhere",
    "reviews": "/reviews",
    "reviews-wrong": "/reviews?due_from=soon",
    "reviews-none": "/reviews?on_hold=yes",
}
"""For somebody who signs plans."""
OF_PACKS: Mapping[str, str] = {
    "packs": "/packs",
    "values-of-a-pack": f"/packs/{HASH}",
    "rules-of-a-pack": f"/packs/{HASH}/rules",
    "publication": "/packs/publications/{publication_id}",
    "publication-unknown": "/packs/publications/nothing",
}
"""For a policy officer; {publication_id} waits for a second person."""
ALSO_IN_TOUR = ("approval", "packs")
SHOWN: Mapping[str, Shown] = {
    **PAGES,
    **{
        name: Shown(path, scene=scene, is_in_tour=name in ALSO_IN_TOUR)
        for scene, pages in ((REPAIRS, OF_REPAIRS), (DESK, OF_DESK), (PACKS, OF_PACKS))
        for name, path in pages.items()
    },
}
"""All of them, each in its scene."""
