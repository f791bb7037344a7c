"""How cases and assessments are stored. Statements are built once."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import msgspec
import sqlalchemy as sa

from services.assessment.domain.acts import Act
from services.assessment.domain.assessment import Assessment, Departure, SelfAssessment, UrgentSupport
from services.assessment.domain.case import Case, CaseOpening
from services.assessment.domain.determination import Determination, PackAnswer
from services.assessment.domain.outcome import Advice
from services.assessment.tables import (
    OPEN,
    acts,
    advice,
    cases,
    determinations,
    indicative_budgets,
    self_assessments,
    urgent_support,
)
from sevensteps.errors import not_found
from sevensteps.events import Payload
from sevensteps.money import pounds
from sevensteps.service import statements
from sevensteps.service.numbering import FirstNumber, Numbering
from sevensteps.service.records import Change, as_row, find, matching
from sevensteps.service.work import Work

_CASE = sa.select(*(column for column in cases.c if column.name != "position"))
CASE = _CASE.where(*matching(cases, "case_id"))
CASE_TO_CHANGE = CASE.with_for_update()
OPEN_CASE_OF_PERSON = (
    sa.select(cases.c.case_id)
    .where(*matching(cases, "council", "kind", "person_reference"), OPEN)
    .order_by(cases.c.opened_at, cases.c.case_id)
    .limit(1)
)
CASE_OF_COUNCIL = sa.select(cases.c.case_id).where(*matching(cases, "council", "case_id"))
CHANGE_CASE = Change(
    cases,
    key=("case_id",),
    version="version",
    columns=("round", "assessment_open", "assessment_due", "pack", "on_hold", "ending", "ended_on", "team"),
)
NUMBERING = Numbering(cases, "case_id", by="opened_at")
NOT_OF_A_DETERMINATION = {"version", "receipt_digest", "duty_receipt_digest"}
DETERMINATION = sa.select(*(column for column in determinations.c if column.name not in NOT_OF_A_DETERMINATION))
STANDING_DETERMINATION = (
    DETERMINATION.where(*matching(determinations, "case_id"))
    .order_by(
        determinations.c.round.desc(),
        sa.case((determinations.c.confirmed_by != "", 0), else_=1),
        determinations.c.version.desc(),
    )
    .limit(1)
)
PROPOSALS = DETERMINATION.where(*matching(determinations, "case_id", "round")).order_by(determinations.c.version)
CONFIRMED = DETERMINATION.where(
    *matching(determinations, "case_id", "round"),
    determinations.c.confirmed_by != "",
)
ANSWER = ("verdict", "eligible_needs", "receipt_id", "duty_receipt_id", "duty_owed")
"""The columns of what the pack says."""
CONFIRMED_AS = (*ANSWER, "assessment", "confirmed_by", "reasons", "duty_because", "departures", "proposal")
"""What a confirmation writes."""
DIGESTS = ("receipt_digest", "duty_receipt_digest")
"""The digests of the receipts of that: those of the proposal stay where a confirmation decides nothing anew."""
CONFIRM = (
    determinations.update()
    .where(determinations.c.determination_id == sa.bindparam("the_determination"))
    .values(
        {name: sa.bindparam(name) for name in CONFIRMED_AS}
        | {name: sa.func.coalesce(sa.bindparam(name), determinations.c[name]) for name in DIGESTS}
    )
)
ADD_CASE = cases.insert().values(position=FirstNumber(cases))
ADD_SELF_ASSESSMENT = self_assessments.insert()
ADD_URGENT_SUPPORT = urgent_support.insert()
_NOT_FOLDED_IN = (urgent_support.c.case_id == sa.bindparam("the_case"), urgent_support.c.folded_into == "")
URGENT_NEEDS = sa.select(urgent_support.c.needs).where(*_NOT_FOLDED_IN).order_by(urgent_support.c.version)
FOLD_IN = urgent_support.update().where(*_NOT_FOLDED_IN).values(folded_into=sa.bindparam("determination_id"))
ADD_DETERMINATION = determinations.insert()
ADD_BUDGET = indicative_budgets.insert()
ADD_ADVICE = advice.insert()
ADD_ACT = acts.insert()


def add_case(work: Work, case: Case) -> None:
    """Store a new case."""
    statements.change(work.connection, ADD_CASE, as_row(case))


def open_case_of(work: Work, council: str, opening: CaseOpening) -> str | None:
    """The id of the person's oldest open case of the kind; None where there is none."""
    key = {"council": council, "kind": opening.kind, "person_reference": opening.person_reference}
    row = statements.first(work.connection, OPEN_CASE_OF_PERSON, key)
    return row["case_id"] if row else None


def has_case(work: Work, council: str, case_id: str) -> bool:
    """Whether a council has a case."""
    return statements.first(work.connection, CASE_OF_COUNCIL, {"council": council, "case_id": case_id}) is not None


def case(work: Work, case_id: str) -> Case:
    """A case that the actor may see. Raises a Fault (NOT_FOUND)."""
    return _case(work, case_id, CASE)


def has_ended(work: Work, case_id: str) -> bool:
    """Whether a case has ended. Raises a Fault (NOT_FOUND)."""
    return bool(case(work, case_id).ending)


def case_to_change(work: Work, case_id: str, etag: str | None = None) -> Case:
    """The same, locked until the transaction ends. Raises a Fault (ABORTED) when an etag is given and it is stale."""
    to_change = _case(work, case_id, CASE_TO_CHANGE)
    if etag is not None:
        work.check_etag(case_id, etag, to_change.version)
    return to_change


def _case(work: Work, case_id: str, query: sa.Select[tuple[object, ...]]) -> Case:
    row = find(work, query, case_id=case_id)
    if row is None:
        raise not_found(case_id)
    return Case(**row)


def change_case(work: Work, case: Case, event: Payload) -> Case:
    """Store a changed case with the event of the change, and answer its new version.

    Raises a Fault (ABORTED) if it was changed meanwhile.
    """
    CHANGE_CASE.write(work, as_row(case), case.version)
    work.tell(case.case_id, case.council, event)
    return replace(case, version=case.version + 1)


def add_self_assessment(work: Work, case: Case, self_assessment: SelfAssessment) -> None:
    """Store a self-assessment of this round."""
    row = as_row(self_assessment) | _recorded(work, case) | {"round": case.round}
    statements.change(work.connection, ADD_SELF_ASSESSMENT, row)


def add_urgent_support(work: Work, case: Case, support: UrgentSupport) -> None:
    """Store what was arranged before the assessment."""
    typed = {"needs": json.dumps(support.needs), "weekly": pounds(support.weekly)}
    work.connection.execute(ADD_URGENT_SUPPORT, as_row(support) | typed | _recorded(work, case))


def fold_in_urgent_support(work: Work, confirmed: Determination) -> list[str]:
    """Note of what was urgent and met before that this determination has followed it now; answers the urgent needs."""
    key = {"the_case": confirmed.case_id}
    stored = work.connection.execute(URGENT_NEEDS, key).scalars().all()
    if stored:
        work.connection.execute(FOLD_IN, key | {"determination_id": confirmed.determination_id})
    return sorted({need for needs in stored for need in json.loads(needs)})


def _recorded(work: Work, case: Case) -> dict[str, object]:
    return {
        "case_id": case.case_id,
        "version": case.version,
        "recorded_at": work.now_text,
        "recorded_by": work.actor.subject,
    }


def add_determination(work: Work, case: Case, proposal: Determination) -> None:
    """Store a proposed determination; the version of the case says which came first, whatever the clock says."""
    row = _determination_row(proposal) | {"version": case.version}
    work.connection.execute(ADD_DETERMINATION, row | _digests(work, proposal.answer))


def confirm(work: Work, confirmed: Determination) -> None:
    """Store a confirmed determination. The database lets one a round be confirmed."""
    row = _determination_row(confirmed)
    written = {name: row[name] for name in CONFIRMED_AS} | _digests(work, confirmed.answer)
    work.connection.execute(CONFIRM, written | {"the_determination": confirmed.determination_id})


def _digests(work: Work, answer: PackAnswer) -> dict[str, str | None]:
    receipt_ids = answer.receipt_id, answer.duty_receipt_id
    return {name: work.new_digest(receipt_id) for name, receipt_id in zip(DIGESTS, receipt_ids, strict=True)}


def _determination_row(determination: Determination) -> dict[str, object]:
    assessment = as_row(determination.assessment)
    own = as_row(determination)
    del own["answer"]
    return {
        **own,
        **_answer_row(determination.answer),
        "assessed_on": assessment.pop("assessed_on"),
        "assessment": json.dumps(assessment),
        "departures": msgspec.json.encode(determination.departures).decode(),
        "proposal": msgspec.json.encode(determination.proposal).decode() if determination.proposal else None,
    }


def _answer_row(answer: PackAnswer) -> dict[str, object]:
    needs = {"eligible_needs": json.dumps(answer.eligible_needs), "duty_owed": json.dumps(answer.duty_owed)}
    return as_row(answer) | needs


def confirmed_determination(work: Work, case: Case) -> Determination | None:
    """The confirmed determination of the case's round."""
    return next(_determinations(work, CONFIRMED, case_id=case.case_id, round=case.round), None)


def proposals(work: Work, case: Case) -> list[Determination]:
    """Everything that was proposed in the case's round, the newest last."""
    return list(_determinations(work, PROPOSALS, case_id=case.case_id, round=case.round))


def standing_determination(work: Work, case_id: str) -> Determination | None:
    """What stands of the case's last assessed round: the confirmed determination, else the newest that was proposed."""
    return next(_determinations(work, STANDING_DETERMINATION, case_id=case_id), None)


def _determinations(work: Work, query: sa.Select[tuple[object, ...]], **key: object) -> Iterator[Determination]:
    for row in work.connection.execute(query, key).mappings().all():
        yield determination_of(work, row)


def determination_of(work: Work, row: sa.RowMapping) -> Determination:
    """A determination as it is stored."""
    values = dict(row)
    answer = {name: values.pop(name) for name in ANSWER}
    needs = {name: tuple(json.loads(answer[name])) for name in ("eligible_needs", "duty_owed")}
    proposal = values["proposal"]
    values |= {
        "answer": PackAnswer(**answer | needs),
        "assessment": _assessment(work, values.pop("assessed_on"), values["assessment"], row["receipt_id"]),
        "departures": msgspec.json.decode(values["departures"], type=tuple[Departure, ...]),
        "proposal": msgspec.json.decode(proposal, type=PackAnswer) if proposal else None,
    }
    return Determination(**values)


def _assessment(work: Work, assessed_on: date, stored: str | None, receipt_id: str) -> Assessment:
    """What was assessed; of an earlier version, from the receipt of the decision that it led to."""
    if stored is not None:
        return Assessment(assessed_on, **json.loads(stored))
    kind = "carer" if work.receipt(receipt_id)["decision"] == "carer-eligibility" else "adult"
    return Assessment.of_receipt(assessed_on, kind, work.decided_on(receipt_id))


def add_budget(work: Work, case: Case, *, points: int, weekly: str, receipt_id: str) -> None:
    """Store the indicative budget of this round."""
    row = {"points": points, "weekly": weekly, "receipt_id": receipt_id}
    row["receipt_digest"] = work.new_digest(receipt_id)
    work.connection.execute(ADD_BUDGET, row | _given(work, case))


def add_advice(work: Work, case: Case, advice: Advice) -> None:
    """Store the written reasons and the advice of this round."""
    lists = {name: msgspec.json.encode(getattr(advice, name)).decode() for name in ("options", "signposts")}
    work.connection.execute(ADD_ADVICE, as_row(advice) | lists | _given(work, case))


def _given(work: Work, case: Case) -> dict[str, object]:
    return {"case_id": case.case_id, "round": case.round, "given_by": work.actor.subject}


def add_act(work: Work, case: Case, act: Act) -> None:
    """Store what is done to a case, before the case is changed by it."""
    statements.change(work.connection, ADD_ACT, as_row(act) | {"case_id": case.case_id, "version": case.version})
