"""How cases and assessments are kept. Statements are built once."""

import json
from dataclasses import replace

import sqlalchemy as sa

from services.assessment.domain import Case, Determination, UrgentSupport
from sevensteps.errors import not_found, stale
from sevensteps.identity.actor import EVERY_COUNCIL
from sevensteps.money import pounds
from sevensteps.service.store import as_row
from sevensteps.service.tables import receipts
from sevensteps.service.work import Work

metadata = sa.MetaData()

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("council", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("person_reference", sa.Text, nullable=False),
    sa.Column("opened_at", sa.Text, nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("assessment_open", sa.Boolean, nullable=False),
    sa.Column("assessment_due", sa.Date, nullable=False),
    sa.Column("pack", sa.Text, nullable=False),
    sa.Column("on_hold", sa.Boolean, nullable=False),
    sa.Column("ending", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index("cases_by_age", "council", "opened_at", "case_id"),
)

self_assessments = sa.Table(
    "self_assessments",
    metadata,
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("recorded_at", sa.Text, nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("help", sa.Text, nullable=False),
    sa.Column("own_words", sa.Text, nullable=False),
    sa.Column("recorded_by", sa.Text, nullable=False),
)

urgent_support = sa.Table(
    "urgent_support",
    metadata,
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("recorded_at", sa.Text, nullable=False),
    sa.Column("needs", sa.Text, nullable=False),
    sa.Column("weekly", sa.Text, nullable=False),
    sa.Column("starts_on", sa.Date, nullable=False),
    sa.Column("because", sa.Text, nullable=False),
    sa.Column("recorded_by", sa.Text, nullable=False),
)

determinations = sa.Table(
    "determinations",
    metadata,
    sa.Column("determination_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), nullable=False),
    sa.Column("round", sa.Integer, nullable=False),
    sa.Column("proposed_at", sa.Text, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("assessed_on", sa.Date, nullable=False),
    sa.Column("eligible_needs", sa.Text, nullable=False),
    sa.Column("receipt_id", sa.Text, sa.ForeignKey(receipts.c.receipt_id), nullable=False),
    sa.Column("assessed_by", sa.Text, nullable=False),
    sa.Column("confirmed_by", sa.Text, nullable=False),
    sa.Column("reasons", sa.Text, nullable=False),
    sa.Index("determinations_by_case", "case_id", "proposed_at"),
    sa.Index(
        "one_confirmed_a_round",
        "case_id",
        "round",
        unique=True,
        sqlite_where=sa.text("confirmed_by <> ''"),
        postgresql_where=sa.text("confirmed_by <> ''"),
    ),
)

indicative_budgets = sa.Table(
    "indicative_budgets",
    metadata,
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), primary_key=True),
    sa.Column("round", sa.Integer, primary_key=True),
    sa.Column("points", sa.Integer, nullable=False),
    sa.Column("weekly", sa.Text, nullable=False),
    sa.Column("receipt_id", sa.Text, sa.ForeignKey(receipts.c.receipt_id), nullable=False),
    sa.Column("given_by", sa.Text, nullable=False),
)

advice = sa.Table(
    "advice",
    metadata,
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), primary_key=True),
    sa.Column("round", sa.Integer, primary_key=True),
    sa.Column("written_reasons", sa.Text, nullable=False),
    sa.Column("advice", sa.Text, nullable=False),
    sa.Column("how_to_ask_again", sa.Text, nullable=False),
    sa.Column("given_by", sa.Text, nullable=False),
)

resumptions = sa.Table(
    "resumptions",
    metadata,
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("resumed_at", sa.Text, nullable=False),
    sa.Column("because", sa.Text, nullable=False),
    sa.Column("resumed_by", sa.Text, nullable=False),
)

CHANGING = ("round", "assessment_open", "assessment_due", "pack", "on_hold", "ending", "version")
"""What of a case may change."""

CASE = sa.select(cases).where(cases.c.case_id == sa.bindparam("case_id"))
CASE_TO_CHANGE = CASE.with_for_update()
CHANGE_CASE = (
    cases.update()
    .where(cases.c.case_id == sa.bindparam("the_case"), cases.c.version == sa.bindparam("read_version"))
    .values({name: sa.bindparam(name) for name in CHANGING})
)
STANDING_DETERMINATION = (
    sa.select(determinations)
    .where(determinations.c.case_id == sa.bindparam("case_id"))
    .order_by(
        determinations.c.round.desc(),
        sa.case((determinations.c.confirmed_by != "", 0), else_=1),
        determinations.c.proposed_at.desc(),
        determinations.c.determination_id,
    )
    .limit(1)
)
PROPOSALS = (
    sa.select(determinations)
    .where(
        determinations.c.case_id == sa.bindparam("case_id"),
        determinations.c.round == sa.bindparam("round"),
    )
    .order_by(determinations.c.proposed_at, determinations.c.determination_id.desc())
)
DETERMINATION = sa.select(determinations).where(
    determinations.c.case_id == sa.bindparam("case_id"),
    determinations.c.determination_id == sa.bindparam("determination_id"),
)
CONFIRMED = sa.select(determinations).where(
    determinations.c.case_id == sa.bindparam("case_id"),
    determinations.c.round == sa.bindparam("round"),
    determinations.c.confirmed_by != "",
)
CONFIRM = (
    determinations.update()
    .where(determinations.c.determination_id == sa.bindparam("the_determination"))
    .values(confirmed_by=sa.bindparam("confirmed_by"), reasons=sa.bindparam("reasons"))
)
ADD_CASE = cases.insert()
ADD_SELF_ASSESSMENT = self_assessments.insert()
ADD_URGENT_SUPPORT = urgent_support.insert()
ADD_DETERMINATION = determinations.insert()
ADD_BUDGET = indicative_budgets.insert()
ADD_ADVICE = advice.insert()
ADD_RESUMPTION = resumptions.insert()


def add_case(work: Work, case: Case) -> None:
    """Keep a new case."""
    work.connection.execute(ADD_CASE, as_row(case))


def case(work: Work, case_id: str) -> Case:
    """A case that the actor may see. Raises a Fault (NOT_FOUND)."""
    return _case(work, case_id, CASE)


def case_to_change(work: Work, case_id: str, etag: str | None = None) -> Case:
    """The same, held until the transaction ends. Raises a Fault (ABORTED) when an etag is asked for and it is stale."""
    found = _case(work, case_id, CASE_TO_CHANGE)
    if etag is not None:
        work.check_etag(case_id, etag, found.version)
    return found


def _case(work: Work, case_id: str, query: sa.Select[tuple[object, ...]]) -> Case:
    row = work.connection.execute(query, {"case_id": case_id}).first()
    if row is None:
        raise not_found(case_id)
    work.confine(case_id, row.council)
    return Case(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping


def change_case(work: Work, changed: Case) -> Case:
    """Keep a changed case, unless somebody changed it meanwhile: a Fault (ABORTED). Answers the new version."""
    saved = replace(changed, version=changed.version + 1)
    row = as_row(saved) | {"the_case": changed.case_id, "read_version": changed.version}
    if work.connection.execute(CHANGE_CASE, row).rowcount != 1:
        raise stale(changed.case_id)
    return saved


def page_of_cases(work: Work, *, after: tuple[str, str], open_only: bool, size: int) -> list[Case]:
    """So many of the actor's cases after a place (opened_at, case_id), oldest first."""
    query = sa.select(cases).where(sa.tuple_(cases.c.opened_at, cases.c.case_id) > sa.tuple_(*after))
    if work.actor.council != EVERY_COUNCIL:
        query = query.where(cases.c.council == work.actor.council)
    if open_only:
        query = query.where(cases.c.ending == "")
    rows = work.connection.execute(query.order_by(cases.c.opened_at, cases.c.case_id).limit(size))
    return [Case(**row._mapping) for row in rows]  # noqa: SLF001 - as above


def add_self_assessment(work: Work, of: Case, *, help_: str, own_words: str) -> None:
    """Keep a self-assessment of this round."""
    row = {
        "case_id": of.case_id,
        "version": of.version,
        "recorded_at": work.now_text,
        "round": of.round,
        "help": help_,
        "own_words": own_words,
        "recorded_by": work.actor.subject,
    }
    work.connection.execute(ADD_SELF_ASSESSMENT, row)


def add_urgent_support(work: Work, of: Case, support: UrgentSupport) -> None:
    """Keep what was arranged before the assessment."""
    row = {
        "case_id": of.case_id,
        "version": of.version,
        "recorded_at": work.now_text,
        "needs": json.dumps(support.needs),
        "weekly": pounds(support.weekly),
        "starts_on": support.starts_on,
        "because": support.because,
        "recorded_by": work.actor.subject,
    }
    work.connection.execute(ADD_URGENT_SUPPORT, row)


def add_determination(work: Work, determination: Determination) -> None:
    """Keep a proposed determination."""
    row = as_row(determination) | {
        "eligible_needs": json.dumps(determination.eligible_needs),
        "proposed_at": work.now_text,
    }
    work.connection.execute(ADD_DETERMINATION, row)


def keep_confirmation(work: Work, confirmed: Determination) -> None:
    """Keep who confirmed a determination and why. The database lets one a round be confirmed."""
    row = {
        "the_determination": confirmed.determination_id,
        "confirmed_by": confirmed.confirmed_by,
        "reasons": confirmed.reasons,
    }
    work.connection.execute(CONFIRM, row)


def determination(work: Work, case_id: str, determination_id: str) -> Determination | None:
    """A determination of the case by its id."""
    row = work.connection.execute(DETERMINATION, {"case_id": case_id, "determination_id": determination_id}).first()
    return _determination(row)


def confirmed_determination(work: Work, of: Case) -> Determination | None:
    """The confirmed determination of the case's round."""
    return _determination(work.connection.execute(CONFIRMED, {"case_id": of.case_id, "round": of.round}).first())


def proposals(work: Work, of: Case) -> list[Determination]:
    """Everything that was proposed in the case's round, the newest last."""
    rows = work.connection.execute(PROPOSALS, {"case_id": of.case_id, "round": of.round})
    return [_read(row) for row in rows]


def standing_determination(work: Work, case_id: str) -> Determination | None:
    """What stands of the case's last assessed round: the confirmed determination, else the newest that was proposed."""
    return _determination(work.connection.execute(STANDING_DETERMINATION, {"case_id": case_id}).first())


def _determination(row: sa.Row[tuple[object, ...]] | None) -> Determination | None:
    return None if row is None else _read(row)


def _read(row: sa.Row[tuple[object, ...]]) -> Determination:
    values = dict(row._mapping)  # noqa: SLF001 - as above
    del values["proposed_at"]
    values["eligible_needs"] = tuple(json.loads(str(values["eligible_needs"])))
    return Determination(**values)


def add_budget(work: Work, of: Case, *, points: int, weekly: str, receipt_id: str) -> None:
    """Keep the indicative budget of this round."""
    row = {
        "case_id": of.case_id,
        "round": of.round,
        "points": points,
        "weekly": weekly,
        "receipt_id": receipt_id,
        "given_by": work.actor.subject,
    }
    work.connection.execute(ADD_BUDGET, row)


def add_advice(work: Work, of: Case, *, written_reasons: str, advice_given: str, how_to_ask_again: str) -> None:
    """Keep the written reasons and the advice of this round."""
    row = {
        "case_id": of.case_id,
        "round": of.round,
        "written_reasons": written_reasons,
        "advice": advice_given,
        "how_to_ask_again": how_to_ask_again,
        "given_by": work.actor.subject,
    }
    work.connection.execute(ADD_ADVICE, row)


def add_resumption(work: Work, of: Case, *, because: str) -> None:
    """Keep who said that a stuck case was mended, and how."""
    row = {
        "case_id": of.case_id,
        "version": of.version,
        "resumed_at": work.now_text,
        "because": because,
        "resumed_by": work.actor.subject,
    }
    work.connection.execute(ADD_RESUMPTION, row)
