"""What a refund settles of what was not paid, whether documents agree with it; payments that take
others back.
"""

import sqlalchemy as sa
from alembic import op

from shared.runtime.storage import append_only

revision, down_revision = "0021_due", "0020_discount_scope"
GRANTED = [
    "refund_id",
    "kind",
    "at",
    "by",
    "reason",
    "lines",
    "overpaid",
    "settled",
    "documented",
    "shipping_net",
    "shipping_tax",
    "method",
    "by_hand",
    "credit_slip_id",
    "credit_slip",
    "given_back",
]


def upgrade() -> None:
    op.add_column("payments", sa.Column("reverses", sa.Uuid()))
    op.add_column(
        "payments",
        sa.Column("reason", sa.String(500), nullable=False, server_default=sa.text("''")),
    )
    op.create_index(
        op.f("ix_payments_order_id_reverses"), "payments", ["order_id", "reverses"], unique=True
    )
    op.add_column(
        "refunds",
        sa.Column("settled", sa.BigInteger(), nullable=False, server_default=sa.text("0")),
    )
    op.add_column(
        "refunds",
        sa.Column("documented", sa.Boolean(), nullable=False, server_default=sa.text("true")),
    )
    append_only.release(op.get_bind(), "refunds")
    _fill()
    part = ["order_id", "position"]
    append_only.keep(
        op.get_bind(),
        "refunds",
        unique=[part, ["order_id", "refund_id"]],
        fixed=[*part, *GRANTED],
        never="NEW.as_credit < OLD.as_credit",
    )


def _fill() -> None:
    """Invoices stated the whole order, whatever was refunded before them: only credit slips tell of
    refunds.
    """
    refunds = sa.table(
        "refunds", sa.column("credit_slip_id", sa.Uuid()), sa.column("documented", sa.Boolean())
    )
    op.execute(
        sa.update(refunds).where(refunds.c.credit_slip_id.is_(None)).values(documented=False)
    )
