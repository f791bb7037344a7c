"""Receipts in a chain, the receipt of the authority to sign, and the digests of the receipts that records name."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

from sevensteps.service.migrations import create_chain_0004, name_digests_0004

revision = "0004"
down_revision = "0003"

OF_APPROVALS = sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'approvals'")


def upgrade() -> None:
    """Bring the schema forward. A plan was signed in the transaction that has the receipt of the authority to do so."""
    create_chain_0004()
    op.execute("ALTER TABLE approvals ADD COLUMN authority_receipt_id TEXT REFERENCES receipts (receipt_id)")
    with _without_refusals():
        name_digests_0004("approvals", "case_id", "version")
        op.execute(
            "UPDATE approvals SET authority_receipt_id = (SELECT min(receipt_id) FROM receipts"
            " WHERE receipts.case_id = approvals.case_id AND decision = 'authority' AND receipts.verdict = 'met'"
            " AND actor = decided_by AND receipts.decided_at = approvals.decided_at) WHERE state = 'approved'"
        )
        name_digests_0004(
            "approvals", "case_id", "version", receipt_id="authority_receipt_id", digest="authority_digest"
        )


@contextmanager
def _without_refusals() -> Iterator[None]:
    """The database refuses every change of a decided approval, this one too."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE approvals DISABLE TRIGGER USER")
        yield
        op.execute("ALTER TABLE approvals ENABLE TRIGGER USER")
        return
    triggers = op.get_bind().execute(OF_APPROVALS).all()
    for trigger in triggers:
        op.execute(f"DROP TRIGGER {trigger.name}")
    yield
    for trigger in triggers:
        op.get_bind().exec_driver_sql(trigger.sql)
