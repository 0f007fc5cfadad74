"""Run Alembic for all services: on the connection that `migrations` passes, or without one, to
print SQL.

Beside Alembic's own table, the table `schema_version` has one row, which older versions of the code
read: the oldest revision whose code works with this database. A revision declares it as
`compatible_from`; without that, only code of the revision itself works.
"""

from typing import Any

import sqlalchemy as sa
from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo

schema_version = sa.Table(
    "schema_version",
    sa.MetaData(),
    sa.Column("service", sa.String(40), primary_key=True),
    sa.Column("revision", sa.String(32), nullable=False),
    sa.Column("compatible_from", sa.String(32), nullable=False),
)


def record_version(ctx: MigrationContext, step: MigrationInfo, **_: Any) -> None:
    """Store, in the revision's transaction, which code works with the database from now on."""
    script: Any = step.up_revision
    values = {
        "service": context.config.attributes["service"],
        "revision": script.revision,
        "compatible_from": getattr(script.module, "compatible_from", script.revision),
    }
    # SQL that is only printed has no bind parameters.
    row: dict[str, Any] = {name: sa.literal_column(f"'{value}'") for name, value in values.items()}
    ctx.execute(sa.schema.CreateTable(schema_version, if_not_exists=True))
    ctx.execute(schema_version.delete())
    ctx.execute(schema_version.insert().values(row))


options: dict[str, Any] = {
    "render_as_batch": True,
    # One transaction for each revision: one that builds an index concurrently commits in between.
    "transaction_per_migration": True,
    "on_version_apply": record_version,
}
if context.is_offline_mode():
    context.configure(dialect_name="postgresql", **options)
else:
    context.configure(connection=context.config.attributes["connection"], **options)
if context.is_offline_mode():
    context.execute(context.config.attributes["before"])
with context.begin_transaction():
    context.run_migrations()
