"""Store credit: accounts, lots and a ledger that is never changed; payments and refunds by it."""

import sqlalchemy as sa
from alembic import op

from shared.runtime.storage import append_only
from shared.runtime.storage.database import Identity, UtcDateTime

revision, down_revision = "0016_store_credit", "0015_calendar"
HOLDER = ["shop", "customer_id", "currency"]


def upgrade() -> None:
    op.alter_column("shops", "voucher_days", new_column_name="store_credit_days")
    op.add_column(
        "payments",
        sa.Column("kind", sa.String(20), nullable=False, server_default=sa.text("'money'")),
    )
    _accounts()
    _lots()
    _entries()
    _refunds()
    connection = op.get_bind()
    append_only.keep(connection, "store_credit_accounts", unique=[HOLDER], fixed=HOLDER)
    issued = ["lot_id", *HOLDER, "at", "amount", "expires_at", "code", "order_id"]
    append_only.keep(
        connection,
        "store_credit_lots",
        unique=[["lot_id"]],
        fixed=issued,
        never="NEW.remaining > OLD.remaining",
    )
    append_only.keep(connection, "store_credit_entries", unique=[["number"]])


def _holder() -> list[sa.Column[str]]:
    return [
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("customer_id", sa.String(64), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
    ]


def _of_account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        HOLDER,
        [f"store_credit_accounts.{name}" for name in HOLDER],
        name=op.f(f"fk_{table}_shop_customer_id_currency_store_credit_accounts"),
    )


def _accounts() -> None:
    op.create_table(
        "store_credit_accounts",
        *_holder(),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("balance >= 0", name=op.f("ck_store_credit_accounts_never_overspent")),
        sa.PrimaryKeyConstraint(*HOLDER, name=op.f("pk_store_credit_accounts")),
    )
    index = ["shop", "currency", "customer_id"]
    op.create_index(
        op.f("ix_store_credit_accounts_shop_currency_customer_id"), "store_credit_accounts", index
    )


def _lots() -> None:
    op.create_table(
        "store_credit_lots",
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        *_holder(),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", UtcDateTime),
        sa.Column("code", sa.String(60), nullable=False, server_default=sa.text("''")),
        sa.Column("order_id", sa.Uuid()),
        sa.CheckConstraint(
            "remaining >= 0 AND remaining <= amount",
            name=op.f("ck_store_credit_lots_within_its_amount"),
        ),
        _of_account("store_credit_lots"),
        sa.PrimaryKeyConstraint("lot_id", name=op.f("pk_store_credit_lots")),
    )
    op.create_index(
        op.f("ix_store_credit_lots_shop_customer_id_currency"), "store_credit_lots", HOLDER
    )


def _entries() -> None:
    op.create_table(
        "store_credit_entries",
        sa.Column("number", Identity, nullable=False, autoincrement=True),
        *_holder(),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", UtcDateTime),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False, server_default=sa.text("''")),
        sa.Column("order_id", sa.Uuid()),
        sa.Column("refund_id", sa.Uuid()),
        sa.CheckConstraint("amount > 0", name=op.f("ck_store_credit_entries_something")),
        sa.CheckConstraint("balance >= 0", name=op.f("ck_store_credit_entries_never_below_zero")),
        _of_account("store_credit_entries"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_store_credit_entries")),
    )
    index = ["shop", "customer_id", "number"]
    op.create_index(
        op.f("ix_store_credit_entries_shop_customer_id_number"), "store_credit_entries", index
    )
    op.create_index(op.f("ix_store_credit_entries_order_id"), "store_credit_entries", ["order_id"])


def _refunds() -> None:
    """What of a refund goes back to store credit, and what became store credit: that may still
    grow.
    """
    connection = op.get_bind()
    for name in ("given_back", "as_credit"):
        op.add_column(
            "refunds", sa.Column(name, sa.BigInteger(), nullable=False, server_default=sa.text("0"))
        )
    op.execute(
        "UPDATE refunds SET done_at = at, done_by = 'voucher' WHERE method = '' AND done_at IS NULL"
    )
    append_only.release(connection, "refunds")
    part = ["order_id", "position"]
    granted = [
        "refund_id",
        "kind",
        "at",
        "by",
        "reason",
        "lines",
        "overpaid",
        "shipping_net",
        "shipping_tax",
        "method",
        "by_hand",
        "credit_slip_id",
        "credit_slip",
        "given_back",
    ]
    append_only.keep(
        connection,
        "refunds",
        unique=[part, ["order_id", "refund_id"]],
        fixed=[*part, *granted],
        never="NEW.as_credit < OLD.as_credit",
    )
