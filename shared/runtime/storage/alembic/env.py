"""Alembic's environment for all services: runs on the connection that `migrations.upgrade` gives
it.
"""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
