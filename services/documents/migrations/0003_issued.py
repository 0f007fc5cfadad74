"""Documents are found by the day they were issued."""

from alembic import op

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    op.create_index("documents_issued", "documents", ["shop", "issued_at", "document_id"])
