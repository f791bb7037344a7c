"""How the person's choices are stored. Statements are built once."""

import json
from decimal import Decimal

import sqlalchemy as sa

from services.assessment import store
from services.assessment.domain.case import Case
from services.assessment.domain.choices import ChosenHelp, Help, Keeping, KeptService, kept_service_not_found
from services.assessment.tables import circle, help_choices, kept_services
from sevensteps.money import pounds
from sevensteps.service.case_lists import in_part, rows
from sevensteps.service.records import as_row, matching
from sevensteps.service.statements import Row
from sevensteps.service.work import Work

ADD_HELP = help_choices.insert()
ADD_KEPT = kept_services.insert()
LET_GO = (
    kept_services.update()
    .where(kept_services.c.kept_service_id == sa.bindparam("the_service"))
    .values({name: sa.bindparam(name) for name in ("let_go_because", "let_go_by", "let_go_at")})
)
_LATER = help_choices.alias()
_REPLACED = (
    sa.select(_LATER.c.version)
    .where(
        _LATER.c.case_id == help_choices.c.case_id,
        _LATER.c.step == help_choices.c.step,
        _LATER.c.version > help_choices.c.version,
    )
    .exists()
)
HELP = in_part(
    sa.select(help_choices, _REPLACED.label("replaced"), circle.c.removed_on)
    .select_from(help_choices.outerjoin(circle, circle.c.person_id == help_choices.c.person_id))
    .where(*matching(help_choices, "case_id"))
    .order_by(help_choices.c.version)
)
_KEPT = sa.select(kept_services).where(*matching(kept_services, "case_id")).order_by(kept_services.c.version)
KEPT = in_part(_KEPT)
KEPT_NOW = _KEPT.where(kept_services.c.let_go_at == "")
KEPT_ONE = sa.select(kept_services).where(*matching(kept_services, "case_id", "kept_service_id"))


def add_help(work: Work, case: Case, chosen: Help) -> None:
    """Store a choice of help, before the case is changed by it."""
    key = {"case_id": case.case_id, "version": case.version}
    by = {"chosen_by": work.actor.subject, "chosen_at": work.now_text}
    work.connection.execute(ADD_HELP, as_row(chosen) | key | by)


def help_of(work: Work, case_id: str, after: int, size: int) -> list[ChosenHelp]:
    """Every choice of help in a case, in the order in which they were made. Raises a Fault (NOT_FOUND)."""
    store.case(work, case_id)
    return [
        ChosenHelp(
            Help(row["step"], row["amount"], row["person_id"]),
            stands=not row["replaced"],
            helper_left=row["removed_on"] is not None,
            chosen_by=row["chosen_by"],
            chosen_at=row["chosen_at"],
        )
        for row in rows(work, HELP, case_id, after, size)
    ]


def add_kept(work: Work, case: Case, service: KeptService) -> None:
    """Store a service that the person keeps, before the case is changed by it."""
    row = as_row(service)
    keeping = as_row(row.pop("keeping"))  # type: ignore[arg-type]
    typed = {"needs": json.dumps(service.keeping.needs), "weekly": pounds(service.keeping.weekly)}
    work.connection.execute(ADD_KEPT, row | keeping | typed | {"version": case.version})


def let_go(work: Work, service: KeptService) -> None:
    """Store that the person has let a service go."""
    changed = {name: getattr(service, name) for name in ("let_go_because", "let_go_by", "let_go_at")}
    work.connection.execute(LET_GO, changed | {"the_service": service.kept_service_id})


def kept(work: Work, case_id: str, kept_service_id: str) -> KeptService:
    """A service that the person keeps or kept. Raises a Fault (NOT_FOUND)."""
    key = {"case_id": case_id, "kept_service_id": kept_service_id}
    row = work.connection.execute(KEPT_ONE, key).mappings().first()
    if row is None:
        raise kept_service_not_found(case_id)
    return _kept(dict(row))


def kept_now(work: Work, case_id: str) -> list[KeptService]:
    """The services that the person keeps now. Raises a Fault (NOT_FOUND)."""
    store.case(work, case_id)
    return [_kept(dict(row)) for row in work.connection.execute(KEPT_NOW, {"case_id": case_id}).mappings()]


def kept_of(work: Work, case_id: str, after: int, size: int) -> list[KeptService]:
    """All that they keep and kept, in the order in which it was recorded. Raises a Fault (NOT_FOUND)."""
    store.case(work, case_id)
    return [_kept(dict(row)) for row in rows(work, KEPT, case_id, after, size)]


def _kept(row: Row) -> KeptService:
    del row["version"]
    keeping = {name: row.pop(name) for name in Keeping.__dataclass_fields__}
    keeping |= {"needs": tuple(json.loads(keeping["needs"])), "weekly": Decimal(keeping["weekly"])}
    return KeptService(**row, keeping=Keeping(**keeping))
