"""The database: transactions, the unit of work, inbox, outbox and schedule, migrations."""
