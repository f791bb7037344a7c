"""The tables of who may act for the person: advocates, capacity, attorneys, deputies and appointees."""

import sqlalchemy as sa

from services.assessment.tables.metadata import metadata
from sevensteps.service.tables import filled

SOON = sa.text("running AND NOT expired_told")
"""What is still to be warned of, or told."""

appointments = sa.Table(
    "appointments",
    metadata,
    sa.Column("appointment_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    *filled(sa.Text, "kind", "reference", "basis"),
    sa.Column("starts_on", sa.Date, nullable=False),
    sa.Column("ends_on", sa.Date, nullable=True),
    *filled(sa.Text, "because", "recorded_by", "recorded_at"),
    sa.Column("ended_on", sa.Date, nullable=True),
    sa.Column("ended_because", sa.Text, nullable=False),
    sa.Index("appointments_of_case", "case_id", "version", unique=True),
)
"""Advocates and appropriate persons. `version` is the case's own before it, and so their order; so it is below."""

capacity = sa.Table(
    "capacity",
    metadata,
    sa.Column("capacity_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("assessed_on", sa.Date, nullable=False),
    sa.Column("assessed_by", sa.Text, nullable=False),
    *filled(sa.Boolean, "understands", "retains", "weighs", "communicates"),
    sa.Column("impairment", sa.Boolean, nullable=True),
    sa.Column("because_of_it", sa.Boolean, nullable=True),
    *filled(sa.Text, "help_given", "because"),
    sa.Column("expires_on", sa.Date, nullable=True),
    sa.Column("fluctuates", sa.Boolean, nullable=False),
    *filled(sa.Text, "recorded_by", "recorded_at"),
    sa.Index("capacity_of_case", "case_id", "version", unique=True),
)
"""Assessments of capacity, each for one decision."""

best_interests = sa.Table(
    "best_interests",
    metadata,
    sa.Column("best_interests_id", sa.Text, primary_key=True),
    sa.Column("capacity_id", sa.Text, sa.ForeignKey("capacity.capacity_id"), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("decided_on", sa.Date, nullable=False),
    *filled(sa.Text, "decided_by", "consulted", "wishes", "less_restrictive", "decided", "because"),
    sa.Column("conflict_of_interest", sa.Boolean, nullable=False),
    *filled(sa.Text, "safeguards", "recorded_by", "recorded_at"),
    sa.Index("best_interests_of_capacity", "capacity_id", "version", unique=True),
)
"""What was decided in the person's best interests. `consulted` is JSON."""

authorities = sa.Table(
    "authorities",
    metadata,
    sa.Column("authority_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    *filled(sa.Text, "kind", "reference", "instrument", "covers"),
    sa.Column("valid_from", sa.Date, nullable=False),
    sa.Column("expires_on", sa.Date, nullable=True),
    sa.Column("usable_with_capacity", sa.Boolean, nullable=False),
    *filled(sa.Text, "recorded_by", "recorded_at"),
    sa.Column("revoked_on", sa.Date, nullable=True),
    sa.Column("revoked_because", sa.Text, nullable=False),
    sa.Index("authorities_of_case", "case_id", "version", unique=True),
)
"""Attorneys, deputies and appointees. `covers` is JSON."""

authority_checks = sa.Table(
    "authority_checks",
    metadata,
    sa.Column("authority_id", sa.Text, sa.ForeignKey("authorities.authority_id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("checked_on", sa.Date, nullable=False),
    sa.Column("checked_with", sa.Text, nullable=False),
    sa.Column("valid", sa.Boolean, nullable=False),
    *filled(sa.Text, "because", "checked_by", "recorded_at"),
)
"""What was found when they were checked."""

expiries = sa.Table(
    "expiries",
    metadata,
    sa.Column("record_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), nullable=False),
    *filled(sa.Text, "council", "kind", "what"),
    sa.Column("expires_on", sa.Date, nullable=False),
    *filled(sa.Boolean, "running", "warned", "expired_told"),
    sa.Index("expiries_of_case", "case_id", "kind", "what"),
    sa.Index("expiries_to_tell", "expires_on", sqlite_where=SOON, postgresql_where=SOON),
)
"""The last day of each of them that has one. `what` says which, as their events do."""
