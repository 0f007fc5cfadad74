"""Name a template by `template`, as its messages do."""

from alembic import op

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    for table in ("templates", "template_versions"):
        op.alter_column(table, "kind", new_column_name="template")
