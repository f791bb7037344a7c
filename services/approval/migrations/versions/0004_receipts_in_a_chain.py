"""Receipts in a chain, the receipt of the authority to sign, and the digests of the receipts that records name."""

from alembic import op

from sevensteps.service.migrations import create_chain_0004, name_digests_0004

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Bring the schema forward. A plan was signed in the transaction that has the receipt of the authority to do so."""
    create_chain_0004()
    name_digests_0004("approvals", "case_id", "version")
    op.execute("ALTER TABLE approvals ADD COLUMN authority_receipt_id TEXT REFERENCES receipts (receipt_id)")
    op.execute(
        "UPDATE approvals SET authority_receipt_id = (SELECT min(receipt_id) FROM receipts"
        " WHERE receipts.case_id = approvals.case_id AND decision = 'authority' AND receipts.verdict = 'met'"
        " AND actor = decided_by AND receipts.decided_at = approvals.decided_at) WHERE state = 'approved'"
    )
    name_digests_0004("approvals", "case_id", "version", receipt_id="authority_receipt_id", digest="authority_digest")
