"""Words by which threads are found.

A mail has hundreds of them, so they travel to the database as one value for each thread, and become
rows only there: a statement of rows takes longer than all the rest of filing.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import JSON, ColumnElement, Connection, String, bindparam, func, select, true

from services.ingest.domain.search_terms import words_of
from services.ingest.store.tables import thread_words, threads
from shared.runtime.storage.database import insert
from shared.runtime.storage.prefix_index import LAST

COLUMNS = thread_words.c.shop, thread_words.c.word, thread_words.c.thread_id


def add_words(connection: Connection, found: Iterable[tuple[str, UUID, Sequence[str]]]) -> None:
    """Adds the words of texts to those of their threads (shop and id)."""
    rows = [
        {"in_shop": shop, "of_thread": key, "words": words_of(*texts)}
        for shop, key, texts in sorted(found)
    ]
    if not rows:
        return
    unfold = (
        func.json_array_elements_text if connection.dialect.name == "postgresql" else func.json_each
    )
    word = unfold(bindparam("words", type_=JSON)).table_valued("value")
    shop, key = (
        bindparam("in_shop", type_=String),
        bindparam("of_thread", type_=thread_words.c.thread_id.type),
    )
    wanted = select(shop, word.c.value, key).select_from(word).where(true())
    connection.execute(
        insert(connection, thread_words).from_select(COLUMNS, wanted).on_conflict_do_nothing(), rows
    )


def with_words(shop: str, letters: Sequence[str]) -> list[ColumnElement[bool]]:
    """Conditions on threads: each of the letters begins one of their words."""
    columns = thread_words.c
    return [
        threads.c.thread_id.in_(
            select(columns.thread_id).where(
                columns.shop == shop, columns.word >= begin, columns.word < begin + LAST
            )
        )
        for begin in letters
    ]
