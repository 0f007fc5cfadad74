"""Store every version of a template, all pictures of a shop, and the mails of its states."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"


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
        " SELECT shop, kind, language, 1, content ->> 'html', content ->> 'css',"
        " content ->> 'subject', content ->> 'text',"
        " CURRENT_TIMESTAMP, 'system' FROM templates"
    )
    op.execute("UPDATE templates SET version = 1")
    op.create_table(
        "state_mails",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("state", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("shop", "state", name="pk_state_mails"),
    )
    op.create_table(
        "pictures",
        sa.Column("shop", sa.String(40), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("description", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("shop", "name", name="pk_pictures"),
    )
    op.execute(
        "INSERT INTO pictures (shop, name, content, media_type, width, height, description)"
        " SELECT shop, 'logo', content, media_type, width, height, description FROM logos"
    )
    op.drop_table("logos")
