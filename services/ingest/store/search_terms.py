"""Search terms of threads.

A mail has hundreds of them, so they are sent to the database as one JSON value for each thread, and
become rows there: sending rows takes longer than all the rest of filing.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import JSON, ColumnElement, Connection, String, bindparam, func, select, true

from services.ingest.domain.search_terms import search_terms_of
from services.ingest.store.tables import thread_words, threads
from shared.runtime.storage.database import insert
from shared.runtime.storage.prefix_index import LAST

COLUMNS = thread_words.c.shop, thread_words.c.word, thread_words.c.thread_id


def add_terms(connection: Connection, found: Iterable[tuple[str, UUID, Sequence[str]]]) -> None:
    """Add the words of texts to the search terms of their threads (shop and id)."""
    rows = []
    for shop, thread_id, texts in sorted(found):
        terms = search_terms_of(*texts)
        rows.append({"in_shop": shop, "of_thread": thread_id, "words": terms})
    if not rows:
        return
    elements = func.json_each
    if connection.dialect.name == "postgresql":
        elements = func.json_array_elements_text
    term = elements(bindparam("words", type_=JSON)).table_valued("value")
    in_shop = bindparam("in_shop", type_=String)
    of_thread = bindparam("of_thread", type_=thread_words.c.thread_id.type)
    query = select(in_shop, term.c.value, of_thread).select_from(term).where(true())
    adding = insert(connection, thread_words).from_select(COLUMNS, query)
    connection.execute(adding.on_conflict_do_nothing(), rows)


def matching_terms(shop: str, beginnings: Sequence[str]) -> list[ColumnElement[bool]]:
    """Return conditions on threads: each of the beginnings starts one of their terms."""
    columns = thread_words.c
    conditions: list[ColumnElement[bool]] = []
    for beginning in beginnings:
        query = select(columns.thread_id).where(
            columns.shop == shop, columns.word >= beginning, columns.word < beginning + LAST
        )
        conditions.append(threads.c.thread_id.in_(query))
    return conditions
