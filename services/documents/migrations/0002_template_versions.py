"""Store every version of a template."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"
compatible_from = "0001"  # older code changes templates without storing versions


def upgrade() -> None:
    version = sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("0"))
    op.add_column("templates", version)
    op.create_table(
        "template_versions",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("css", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("restored", sa.Integer()),
        sa.PrimaryKeyConstraint("shop", "kind", "language", "version", name="pk_template_versions"),
    )
    # the templates of now are the first versions
    op.execute(
        "INSERT INTO template_versions"
        " (shop, kind, language, version, html, css, subject, text, at, by)"
        " SELECT shop, kind, language, 1, html, css, '', '',"
        " CURRENT_TIMESTAMP, 'system' FROM templates"
    )
    op.execute("UPDATE templates SET version = 1")
