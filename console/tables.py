"""What the console stores: who is signed on. No records of cases."""

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
