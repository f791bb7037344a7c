"""The tables of the circle of support, and of what the person chooses."""

import sqlalchemy as sa

from services.assessment.tables.metadata import metadata
from sevensteps.service.tables import filled

circle = sa.Table(
    "circle",
    metadata,
    sa.Column("person_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    *filled(sa.Text, "reference", "role", "relation"),
    sa.Column("known_since", sa.Date, nullable=False),
    *filled(sa.Text, "added_by", "added_at", "helps_through"),
    sa.Column("removed_on", sa.Date, nullable=True),
    sa.Column("removed_because", sa.Text, nullable=False),
    sa.Index("circle_of_case", "case_id", "version", unique=True),
)
"""Who is, or was, around the person. `version` is the case's own before it, as in all tables here, and so the order."""

permissions = sa.Table(
    "permissions",
    metadata,
    sa.Column("person_id", sa.Text, sa.ForeignKey("circle.person_id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    *filled(sa.Text, "may_share", "permitted_by"),
    sa.Column("shared_from", sa.Date, nullable=False),
    sa.Column("shared_until", sa.Date, nullable=True),
    *filled(sa.Text, "recorded_by", "recorded_at"),
)
"""What might be shared with them; the newest counts. What may be shared is JSON."""

resources = sa.Table(
    "resources",
    metadata,
    sa.Column("resource_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    *filled(sa.Text, "kind", "about", "recorded_by", "recorded_at"),
    sa.Column("ended_on", sa.Date, nullable=True),
    sa.Index("resources_of_case", "case_id", "version", unique=True),
)

help_choices = sa.Table(
    "help_choices",
    metadata,
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True),
    *filled(sa.Text, "step", "amount", "person_id", "chosen_by", "chosen_at"),
)

kept_services = sa.Table(
    "kept_services",
    metadata,
    sa.Column("kept_service_id", sa.Text, primary_key=True),
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    *filled(sa.Text, "reference", "needs", "weekly", "because", "kept_by", "kept_at"),
    *filled(sa.Text, "let_go_because", "let_go_by", "let_go_at"),
    sa.Index("kept_services_of_case", "case_id", "version", unique=True),
)
"""Services that the person keeps; `let_go_at` is empty while they do."""
