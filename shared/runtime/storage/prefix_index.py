"""Find rows by the beginnings of words, which are stored in a table of their own."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Table,
    and_,
    bindparam,
    delete,
    or_,
    select,
)

from shared.runtime.storage.row_writes import write_rows
from shared.writing.phones import is_phone, read_phone
from shared.writing.search import wanted

LAST = "\U0010ffff"  # sorts after every letter
Terms = Mapping[Any, Iterable[tuple[str, ...]]]
"""Primary key of a row (shop first) -> its words, each preceded by the part it is from, if the
table has parts.
"""


def replace_terms(connection: Connection, table: Table, new: Terms, changed: Terms) -> None:
    """Insert the words of `new` rows, and replace those of `changed` rows."""
    if changed:
        shop, key = _key(table)
        where = (
            shop == bindparam("at_shop", type_=shop.type),
            key == bindparam("at_key", type_=key.type),
        )
        connection.execute(
            delete(table).where(*where),
            [{"at_shop": at[0], "at_key": at[1]} for at in sorted(changed)],
        )
    write_rows(connection, table, [*_rows(table, new), *_rows(table, changed)])


def matches(
    owner: Column[Any], table: Table, shop: str, prefixes: Sequence[str], parts: Sequence[str] = ()
) -> list[ColumnElement[bool]]:
    """Return conditions on rows with the key `owner`: each prefix begins one of the row's words in
    `table`.
    """
    return [matches_any(owner, table, shop, [begin], parts) for begin in prefixes]


def matches_any(
    owner: Column[Any], table: Table, shop: str, prefixes: Sequence[str], parts: Sequence[str] = ()
) -> ColumnElement[bool]:
    """Return the condition that one of the prefixes, at least, begins a word of the row."""
    _, key = _key(table)
    where = [table.c.shop == shop, *([table.c.part.in_(parts)] if parts else [])]
    word = table.c.word
    ranges = [and_(word >= begin, word < begin + LAST) for begin in prefixes]
    return owner.in_(select(key).where(*where, or_(*ranges)))


def matches_or_phone(
    owner: Column[Any], table: Table, shop: str, text: str, parts: Sequence[str] = ()
) -> ColumnElement[bool]:
    """Return the condition that each term of a text begins a word of the row or, where the text may
    be a phone number, that it is the row's, however it is written.
    """
    found = and_(*matches(owner, table, shop, wanted(text), parts))
    if not is_phone(text):
        return found
    phone = read_phone(text)
    if phone is None:
        return found
    return or_(found, matches_any(owner, table, shop, phone.terms, parts))


def _key(table: Table) -> tuple[Column[Any], Column[Any]]:
    shop, key = list(table.primary_key)[:2]
    return shop, key


def _rows(table: Table, found: Terms) -> list[dict[str, Hashable]]:
    names = [column.name for column in table.primary_key]
    rows: list[dict[str, Hashable]] = []
    for key in sorted(found):
        for word in sorted(found[key]):
            rows.append(dict(zip(names, (*key, *word), strict=True)))
    return rows
