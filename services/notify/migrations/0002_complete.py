"""Mails that are sent again, come back or belong to a customer; attempts, suppressions, templates
of shops.
"""

import json

import sqlalchemy as sa
from alembic import op

from shared.runtime.storage.database import Json, UtcDateTime

revision, down_revision = "0002", "0001"


def upgrade() -> None:
    op.add_column(
        "shops", sa.Column("language", sa.String(length=35), nullable=False, server_default="en")
    )
    for column in (
        sa.Column("enclosed", Json, nullable=False, server_default="[]"),
        sa.Column("purpose", sa.String(length=20), nullable=False, server_default="first"),
        sa.Column("resend_of", sa.Uuid()),
        sa.Column("customer_id", sa.String(length=64)),
        sa.Column("customer_email", sa.String(length=254), nullable=False, server_default=""),
        sa.Column("bounced", sa.Text(), nullable=False, server_default=""),
    ):
        op.add_column("mails", column)
    for name, columns in {
        "claims": ["shop", "claimed_at"],
        "states": ["shop", "state", "created_at"],
        "recipients": ["shop", "recipient"],
        "customers": ["shop", "customer_id"],
        "customer_emails": ["shop", "customer_email"],
    }.items():
        op.create_index(f"ix_mails_{name}", "mails", columns)
    op.create_table(
        "attempts",
        sa.Column("mail_id", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["mail_id"], ["mails.mail_id"], name=op.f("fk_attempts_mail_id")),
        sa.PrimaryKeyConstraint("mail_id", "attempt", name=op.f("pk_attempts")),
    )
    op.create_table(
        "suppressions",
        sa.Column("shop", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.Column("mail_id", sa.Uuid(), nullable=False),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("shop", "address", name=op.f("pk_suppressions")),
    )
    op.create_table(
        "templates",
        sa.Column("shop", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("content", Json, nullable=False),
        sa.PrimaryKeyConstraint("shop", "kind", "language", name=op.f("pk_templates")),
    )
    _name_customers(op.get_bind())


def _name_customers(connection: sa.Connection) -> None:
    """Mails of before are found by their customer, too."""
    rows = connection.execute(sa.text("SELECT mail_id, recipient, facts FROM mails")).all()
    for row in rows:
        facts = json.loads(row.facts) if isinstance(row.facts, str) else row.facts
        order = facts.get("order") or {}
        connection.execute(
            sa.text(
                "UPDATE mails SET customer_id = :key, customer_email = :email WHERE mail_id ="
                " :mail_id"
            ),
            {
                "key": order.get("customer", {}).get("customer_id"),
                "email": row.recipient.lower(),
                "mail_id": row.mail_id,
            },
        )
