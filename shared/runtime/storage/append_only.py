"""What a database itself refuses: rows that are never deleted or replaced, and columns that are
never changed.

For migrations. Triggers hold it, on SQLite and PostgreSQL alike, whoever writes.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, text

Columns = Sequence[str]

REFUSE = """CREATE OR REPLACE FUNCTION refuse_by_law() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what % keeps is never changed or deleted', TG_TABLE_NAME
USING ERRCODE = 'restrict_violation'; END $$"""


def keep(
    connection: Connection,
    table: str,
    *,
    unique: Sequence[Columns],
    fixed: Columns = (),
    never: str = "",
) -> None:
    """Keeps the rows of a table for good, and the columns `fixed` (without any: all) as they are.

    `unique` are its keys, the primary one too. `never`: a condition on OLD and NEW that no update
    may meet.
    """
    conditions = [f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in fixed]
    conditions += [never] if never else []
    statements = _postgresql if connection.dialect.name == "postgresql" else _sqlite
    for statement in statements(table, unique, conditions):
        connection.execute(text(statement))


def release(connection: Connection, table: str) -> None:
    """Drop the triggers that `keep` created for a table, so that it can be called anew with other
    columns.
    """
    sqlite = connection.dialect.name == "sqlite"
    names = ("keep_delete", "keep_update", "keep_insert") if sqlite else ("keep", "keep_fixed")
    for name in names:
        connection.execute(
            text(f"DROP TRIGGER {table}_{name}" + ("" if sqlite else f" ON {table}"))
        )


def _postgresql(table: str, _unique: Sequence[Columns], conditions: Columns) -> Iterator[str]:
    yield REFUSE
    events = "DELETE OR TRUNCATE" if conditions else "UPDATE OR DELETE OR TRUNCATE"
    yield (
        f"CREATE TRIGGER {table}_keep BEFORE {events} ON {table} FOR EACH STATEMENT EXECUTE"
        " FUNCTION refuse_by_law()"
    )
    if conditions:
        yield (
            f"CREATE TRIGGER {table}_keep_fixed BEFORE UPDATE ON {table} FOR EACH ROW "
            f"WHEN ({' OR '.join(conditions)}) EXECUTE FUNCTION refuse_by_law()"
        )


def _sqlite(table: str, unique: Sequence[Columns], conditions: Columns) -> Iterator[str]:
    """`OR REPLACE` deletes without asking a trigger for deletes, by any key and by the hidden
    rowid.
    """
    yield _trigger(table, "delete", "")
    changed = [condition.replace("IS DISTINCT FROM", "IS NOT") for condition in conditions]
    moved = [*changed, "OLD.rowid IS NOT NEW.rowid"] if changed else []
    yield _trigger(table, "update", f"WHEN {' OR '.join(moved)}" if moved else "")
    same = [
        " AND ".join(f"kept.{column} = NEW.{column}" for column in key)
        for key in [*unique, ["rowid"]]
    ]
    there = f"FROM {table} AS kept WHERE {' OR '.join(f'({condition})' for condition in same)}"
    yield _trigger(table, "insert", f"WHEN EXISTS (SELECT 1 {there})")


def _trigger(table: str, event: str, condition: str) -> str:
    refuse = f"SELECT RAISE(ABORT, 'what {table} keeps is never changed or deleted')"
    return (
        f"CREATE TRIGGER {table}_keep_{event} BEFORE {event.upper()} ON {table} {condition} BEGIN"
        f" {refuse}; END"
    )
