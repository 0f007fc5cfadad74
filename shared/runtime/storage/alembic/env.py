"""Run Alembic for all services, on the connection that `migrations.upgrade` passes."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
