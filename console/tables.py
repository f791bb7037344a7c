"""What the console stores: who is signed on, and addresses that people have named. No records of cases."""

import sqlalchemy as sa

metadata = sa.MetaData()

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),  # a digest of what the browser has, which is stored nowhere
    sa.Column("sealed", sa.Text, nullable=False),  # who it is, and their tokens, sealed by what the browser has
    sa.Column("form_key", sa.Text, nullable=False),
    sa.Column("begun", sa.BigInteger, nullable=False),  # seconds since 1970
    sa.Column("seen", sa.BigInteger, nullable=False),
    sa.Column("renewing", sa.BigInteger, nullable=False),  # until when one visit renews the token
)
sa.Index("sessions_by_age", sessions.c.seen)

views = sa.Table(
    "views",
    metadata,
    sa.Column("view_id", sa.Text, primary_key=True),
    sa.Column("council", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("question", sa.Text, nullable=False),  # of the address of the list of cases
    sa.Column("is_shared", sa.Boolean, nullable=False),  # with all of the council
    sa.UniqueConstraint("council", "subject", "name", name="views_by_name"),
)
