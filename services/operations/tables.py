"""The tables of operations."""

import sqlalchemy as sa

from sevensteps.service.tables import filled, outbox

metadata = sa.MetaData()
outbox.to_metadata(metadata)

Position = sa.BigInteger().with_variant(sa.Integer, "sqlite")
NO_DAY = 9_999_999
"""In place of a day, where there is none: it sorts behind all others."""
OPEN = sa.text("ending = ''")
ON_HOLD = sa.text("on_hold")
LOOKED_UP = ("council", "step", "waiting_for", "whom", "first_day", "first_is_law", "on_hold", "team", "escalated")
"""What open cases are looked up by: a page of them is found in an index alone, whatever is asked."""


def _but(column: str) -> list[str]:
    return [name for name in LOOKED_UP if name != column]


cases = sa.Table(
    "cases",
    metadata,
    sa.Column("number", Position, primary_key=True, autoincrement=False),
    sa.Column("case_id", sa.Text, nullable=False, unique=True),
    *filled(sa.Text, "council", "kind"),
    sa.Column("step", sa.Integer, nullable=False),
    *filled(sa.Text, "waiting_for", "whom"),
    *filled(sa.BigInteger, "opened", "since"),
    *filled(sa.Integer, "due_day", "first_day"),
    sa.Column("first_is_law", sa.Boolean, nullable=False),
    sa.Column("on_hold", sa.Boolean, nullable=False),
    *filled(sa.Text, "ending", "team"),
    sa.Column("escalated", sa.Boolean, nullable=False),
    sa.Column("standing", sa.Text, nullable=False),
    sa.Index("open_cases", "number", *LOOKED_UP, sqlite_where=OPEN, postgresql_where=OPEN),
    sa.Index("open_cases_by_due", "first_day", "number", *_but("first_day"), sqlite_where=OPEN, postgresql_where=OPEN),
    sa.Index("open_cases_by_since", "since", "number", *LOOKED_UP, sqlite_where=OPEN, postgresql_where=OPEN),
    sa.Index("open_cases_by_step", "step", "number", *_but("step"), sqlite_where=OPEN, postgresql_where=OPEN),
    sa.Index("cases_by_due", "first_day", "number", "council"),
)
"""One row a case, made from its events alone: the same events make the same bytes.

`number` is the position of the event that opened it. `standing` has all that is known, as JSON; the columns beside it
are what cases are looked up and sorted by. `opened` and `since` are in milliseconds since 1970, days are counted from
the year 1: `due_day` is that of the step, `first_day` the first of all that wait, and the law's where `first_is_law`.
"""

law_dates = sa.Table(
    "law_dates",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("clock", sa.Text, primary_key=True),
    sa.Column("about", sa.Text, primary_key=True),
    *filled(sa.Text, "council"),
    *filled(sa.Integer, "day"),
    sa.Index("law_dates_by_day", "day", "clock", "council", "case_id"),
)
"""Every date of law that runs, of ended cases too: it is in the standing of its case, and here to be counted by."""

ended_dates = sa.Table(
    "ended_dates",
    metadata,
    sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("council", sa.Text, primary_key=True),
    sa.Column("clock", sa.Text, primary_key=True),
    sa.Column("days_left", sa.Integer, primary_key=True, autoincrement=False),
    *filled(sa.Integer, "dates"),
)
"""How many dates of law with that last day were met with so many days left; -1 where they had passed."""

projection = sa.Table(
    "projection",
    metadata,
    sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("version", sa.Integer, nullable=False),
    *filled(sa.Text, "resume_token", "heard_at"),
    *filled(sa.BigInteger, "position", "head", "until"),
)
"""One row: how far the rows have come. `version` is that of the code that has made them; `until` the position up to
which they are made anew, 0 where they are whole."""


def _as_found() -> list[sa.Column[str]]:
    """What is told of a finding, by what it is about, its kind and its cause."""
    key = [sa.Column(name, sa.Text, primary_key=True) for name in ("about", "kind", "cause")]
    return [*key, *filled(sa.Text, "case_id", "council", "whom", "detail")]


told_in_feed = sa.Table("told_in_feed", metadata, *_as_found(), *filled(sa.BigInteger, "since", "gone"))
"""What the feed was told to be stuck, and not yet to be mended. `gone` is when it was seen to be so; 0 until then."""

told_by_command = sa.Table(
    "told_by_command", metadata, *_as_found(), *filled(sa.BigInteger, "since"), *filled(sa.Text, "state")
)
"""What the council's own command was told to be stuck, and not yet to be mended.

`state` is `told`; or, while the command runs, `telling` of what it is told now, and `mending` of what it is told to be
mended.
"""

alerts = sa.Table(
    "alerts",
    metadata,
    sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
    *filled(sa.BigInteger, "begun"),
)
"""One row: when the command was last begun, in milliseconds since 1970."""

findings = sa.Table(
    "findings",
    metadata,
    sa.Column("about", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    *filled(sa.Text, "case_id", "council", "cause", "whom"),
    *filled(sa.BigInteger, "since", "found"),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Index("findings_by_age", "since", "about"),
    sa.Index("findings_of_case", "case_id"),
    sa.Index("findings_by_cause", "kind", "cause"),
)
"""What is stuck now: of a case, or of a part of the suite, which then `about` names and `case_id` does not.

`since` is when it got stuck, and `found` when that was noticed: milliseconds since 1970. It was last seen at the last
look. `cause` is the same for all that have one. `detail` has what the sentence about it says, as JSON.
"""

looks = sa.Table(
    "looks",
    metadata,
    sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
    *filled(sa.BigInteger, "looked", "asked"),
    sa.Column("silent", sa.Text, nullable=False),
)
"""One row: when it was last looked at what is not in the feed, in milliseconds since 1970, and which parts did not
answer, separated by commas. `asked` is when Temporal last answered: what only it can tell is as old as that."""

repairs = sa.Table(
    "repairs",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("repair_id", sa.Text, nullable=False, unique=True),
    *filled(sa.Text, "fingerprint", "council", "planned_by", "action", "given", "because", "state", "why"),
    *filled(sa.BigInteger, "planned", "seen"),
    sa.Column("runner", sa.Text, nullable=False),
    sa.Column("by_two", sa.Boolean, nullable=False),
    *filled(sa.Text, "agreed_by", "agreed_because"),
    sa.Column("agreed", sa.BigInteger, nullable=False),
    sa.CheckConstraint("agreed_by <> planned_by", name="agreed_by_another"),
    sa.CheckConstraint(
        "(agreed_by <> '') = (agreed > 0) AND (agreed_by <> '') = (agreed_because <> '')", name="agreed"
    ),
    sa.CheckConstraint("NOT by_two OR agreed_by <> '' OR state IN ('planned', 'done')", name="agreed_before_it_begins"),
)
"""Repairs. While one runs, `runner` is the instance that does it, and `seen` its last sign of life (milliseconds).

`given` is what the action is given, as JSON. Where `by_two` holds, a second person agrees before anything is done:
`agreed_by`, never who planned it, at `agreed` (milliseconds; 0 until then). Done without is only one that does nothing.
"""

repair_cases = sa.Table(
    "repair_cases",
    metadata,
    sa.Column("repair_id", sa.Text, primary_key=True),
    sa.Column("number", Position, primary_key=True, autoincrement=False),
    *filled(sa.Text, "case_id", "council", "prediction", "outcome", "seen", "about"),
    sa.Column("heard", sa.BigInteger, nullable=False),
    *filled(sa.BigInteger, "done", "looked"),
    sa.Index("repair_cases_of_case", "case_id"),
    sa.Index("repair_cases_left", "repair_id", "outcome", "done"),
)
"""The cases of a repair, settled when it was planned. `outcome` is empty until the case was looked at again; `done` and
`looked` are 0 until then (milliseconds); `heard` is the position of its last event when it was planned, and `about`
what of it is to be repaired, where that is one of several things."""

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False),
    *filled(sa.Text, "at", "council", "subject", "act", "about", "because", "refused", "before", "after"),
    *filled(sa.Text, "link", "signature", "signed_by"),
    sa.Index("audit_about", "about", "number"),
)
"""What was done by repairs, and what was refused: see sevensteps/audit_chain.py."""

audit_head = sa.Table(
    "audit_head",
    metadata,
    sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("link", sa.Text, nullable=False),
)
"""One row: the last entry of the audit. Whoever adds one locks it."""
