"""Name a template by `template`, and the result of an attempt by `result`, as their messages do."""

from alembic import op

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    for table in ("templates", "template_versions", "state_mails"):
        op.alter_column(table, "kind", new_column_name="template")
    op.alter_column("attempts", "kind", new_column_name="result")
