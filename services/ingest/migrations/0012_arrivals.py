"""Floods are counted by when mails arrived."""

from alembic import op

revision, down_revision = "0012_arrivals", "0011_form_limits"


def upgrade() -> None:
    for columns in (["mailbox", "sender"], ["thread_id"]):
        name = "_".join(["ix_inbound_mails", *columns])
        op.drop_index(f"{name}_fetched_at", "inbound_mails")
        op.create_index(f"{name}_arrived_at", "inbound_mails", [*columns, "arrived_at"])
