"""Queries about threads."""

from typing import cast
from uuid import UUID

from services.ingest.domain import customers, employee_messages, timeline
from services.ingest.domain.customers import CustomerRecord
from services.ingest.domain.thread import Thread as FiledThread, thread_id_of
from services.ingest.domain.timeline import DatedEntry
from services.ingest.handlers.employee_messages import unknown_canned_message
from services.ingest.store.thread_queries import CustomerKeys
from services.ingest.work import ORDER, THREAD, UNMERGED_THREAD, Work
from shared.contracts import cursor
from shared.contracts.conversation import Conversation
from shared.contracts.cursor import Cursor
from shared.contracts.ingest import (
    Draft,
    DraftReply,
    GetThread,
    GetTimeline,
    ListedThread,
    ListThreads,
    NextThread,
    NextUnanswered,
    ReplyDraft,
    Thread,
    ThreadList,
    ThreadView,
    Timeline,
)
from shared.contracts.reason import Reason
from shared.runtime.handlers import Handlers
from shared.writing.search import wanted

service = Handlers[Work]()


@service.handles(GetThread, on=UNMERGED_THREAD)
def get_thread(thread: FiledThread, query: GetThread, work: Work) -> Thread | Reason:
    """Return a thread with its messages, its customer and its order, and what a page about it also
    shows.
    """
    before, wrong = _cursor(query)
    if wrong:
        return wrong
    view = thread.view
    order = work.orders.get(view.order_id) if view.order_id else None
    found = work.messages.latest(thread.id, before, query.limit)
    messages = found[-query.limit :]
    earlier = None
    if len(found) > query.limit:
        earlier = cursor.write(Cursor(messages[0].at, messages[0].message_id))
    customer = work.customer_of(view)
    keys = _customer_keys(view, customer)
    shown = None
    if query.timeline_limit:
        entries = _entries(keys, None, query.timeline_limit, query.language, work)
        shown = [entry for _, entry in entries]
    return Thread(
        thread=view,
        messages=messages,
        customer=customers.figures(view, customer, work.orders.of(work.shop, *keys)),
        order=order.view(query.language) if order else None,
        earlier=earlier,
        timeline=shown,
        reply=_reply(view, query.reply_by, work) if query.reply_by else None,
        timezone=work.shop_zone,
    )


@service.handles(ListThreads)
def list_threads(query: ListThreads, work: Work) -> ThreadList | Reason:
    """Return a page of the shop's threads, newest first."""
    after, wrong = _cursor(query)
    wrong = wrong or _wrong_words(query) or _wrong_range(query)
    if wrong:
        return wrong
    found = work.thread_queries.page(work.shop, query, after)
    shown, further = found[: query.limit], None
    if len(found) > query.limit:
        further = cursor.write(Cursor(shown[-1].opened_at, shown[-1].thread_id))
    threads = work.thread_queries.with_latest(shown)
    if query.message_limit:
        threads = _with_messages(threads, query.message_limit, work)
    return ThreadList(threads=threads, next=further, timezone=work.shop_zone)


@service.handles(NextUnanswered)
def next_unanswered(query: NextUnanswered, work: Work) -> NextThread | Reason:
    """Return the thread that has waited longest."""
    if query.contact and work.contact(query.contact) is None:
        return Reason("unknown_contact", f"There is no contact '{query.contact}'.", field="contact")
    after: ThreadView | None = None
    if query.after_thread_id:
        thread = work.thread(query.after_thread_id)
        if thread is None:
            return THREAD.unknown(query.after_thread_id, "after_thread_id")
        after = thread.view
    found = work.thread_queries.next_unanswered(work.shop, query.contact, after)
    waiting = work.thread_queries.unanswered(work.shop, query.contact)
    return NextThread(thread=found, waiting_threads=waiting)


@service.handles(GetTimeline, on=UNMERGED_THREAD)
def get_timeline(thread: FiledThread, query: GetTimeline, work: Work) -> Timeline | Reason:
    """Return the orders and messages of a thread's customer."""
    after, wrong = _cursor(query)
    if wrong:
        return wrong
    keys = _customer_keys(thread.view, work.customer_of(thread.view))
    found = _entries(keys, after, query.limit + 1, query.language, work)
    shown, further = found[: query.limit], None
    if len(found) > query.limit:
        further = cursor.write(shown[-1][0])
    entries = [entry for _, entry in shown]
    return Timeline(entries=entries, next=further, timezone=work.shop_zone)


@service.handles(DraftReply)
def draft_reply(query: DraftReply, work: Work) -> Draft | Reason:
    """Return the initial text of an answer."""
    thread = _drafted(query, work)
    if isinstance(thread, Reason):
        return thread
    texts = work.options.default_replies
    if query.canned_message:
        canned = work.canned_messages.get((work.shop, query.canned_message))
        if canned is None:
            return unknown_canned_message(query.canned_message)
        texts = canned.texts
    language, text = employee_messages.draft(thread.view, texts, query.by, work.shop_name)
    return Draft(thread_id=thread.id, language=language, text=text)


def _drafted(query: DraftReply, work: Work) -> FiledThread | Reason:
    """Return the thread that a message is drafted for; a new one for an order without a thread."""
    if (query.thread_id is None) == (query.order_id is None):
        reason = "A draft needs either a 'thread_id' or an 'order_id'."
        return Reason("which", reason, field="thread_id")
    if query.thread_id:
        return work.current(query.thread_id) or THREAD.unknown(query.thread_id, "thread_id")
    order_id = cast(UUID, query.order_id)
    order = work.order(order_id)
    if order is None:
        return ORDER.unknown(order_id, "order_id")
    thread = work.thread(thread_id_of(Conversation("order", order.order_id)))
    return thread or employee_messages.new_order_thread(order, work.now)


def _with_messages(threads: list[ListedThread], limit: int, work: Work) -> list[ListedThread]:
    ids = [thread.thread_id for thread in threads]
    messages = work.thread_queries.latest_messages(ids, limit)
    return [
        thread.model_copy(update={"messages": messages[thread.thread_id]}) for thread in threads
    ]


def _reply(view: ThreadView, by: str, work: Work) -> ReplyDraft:
    """Return the default reply of the shop, and the documents of the thread's order."""
    texts = work.options.default_replies
    language, text = employee_messages.draft(view, texts, by, work.shop_name)
    numbers = work.documents.numbers(view.order_id) if view.order_id else []
    return ReplyDraft(text=text, language=language, document_numbers=numbers)


def _entries(
    keys: CustomerKeys, after: Cursor | None, limit: int, language: str, work: Work
) -> list[DatedEntry]:
    """Return the latest entries of a customer's timeline behind a cursor."""
    found = timeline.merged(
        work.thread_queries.messages(work.shop, keys, after, limit),
        work.thread_queries.changes(work.shop, keys, after, limit),
        language,
    )
    return found[:limit]


def _customer_keys(view: ThreadView, known: CustomerRecord | None) -> CustomerKeys:
    """Return the customer of a thread by key and addresses."""
    email = view.customer_email.lower()
    if known is None:
        return view.customer_id, [email]
    return known.customer_id, sorted({email, known.email.lower()})


def _cursor(query: GetThread | ListThreads | GetTimeline) -> tuple[Cursor | None, Reason | None]:
    if not query.cursor:
        return None, None
    after = cursor.read(query.cursor)
    if after is None:
        reason = "The cursor is invalid; use the one that the previous page returned."
        return None, Reason("unknown_cursor", reason, field="cursor")
    return after, None


def _wrong_words(query: ListThreads) -> Reason | None:
    if query.search is None or wanted(query.search):
        return None
    return Reason(
        "nothing_to_search", "The search contains no letter and no digit.", field="search"
    )


def _wrong_range(query: ListThreads) -> Reason | None:
    if query.opened_from and query.opened_before and query.opened_from >= query.opened_before:
        reason = "'opened_from' is not earlier than 'opened_before'."
        return Reason("empty_range", reason, field="opened_before")
    return None
