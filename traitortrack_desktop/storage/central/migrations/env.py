"""Runs the migrations on the connection and in the transaction that ``upgrade`` opened."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table_schema="station",
)
with context.begin_transaction():
    context.run_migrations()
