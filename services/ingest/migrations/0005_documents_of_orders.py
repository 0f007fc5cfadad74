"""Find the documents of an order, which a reply may attach."""

from alembic import op

revision, down_revision = "0005", "0004"
compatible_from = "0004"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        # an interrupted build leaves an index that is not valid
        op.drop_index("ix_documents_order_id", if_exists=True, postgresql_concurrently=True)
        op.create_index(
            "ix_documents_order_id", "documents", ["order_id"], postgresql_concurrently=True
        )
