"""Threads: answered by employees, and shown to them."""

from collections.abc import Iterable
from uuid import uuid4

from services.ingest.domain.thread import employee_message
from services.ingest.store.threads import Entry
from services.ingest.work import Work
from shared.contracts.ingest import (
    GetThread,
    ListThreads,
    ReplyThread,
    Thread,
    ThreadList,
    ThreadMessageAdded,
    ThreadReplied,
)
from shared.contracts.message import Event, Refusal
from shared.runtime.service import Handlers

service = Handlers()


@service.handles(ReplyThread)
def reply_thread(command: ReplyThread, work: Work) -> Iterable[Event]:
    """Adds an employee's answer; the customer gets it by mail from those who take `thread.replied`."""
    before = work.thread(command.thread_id)
    if before is None:
        return [_unknown(command)]
    thread = before.replied(command.by)
    message = employee_message(uuid4(), command.by, command.text, work.now)
    work.threads.save(thread.id, thread)
    work.entries.preload([message.message_id])
    work.entries.save(message.message_id, Entry(thread.id, message))
    view = thread.view
    return [
        ThreadMessageAdded(thread_id=thread.id, order_id=view.order_id, status=view.status, message=message),
        ThreadReplied(
            thread_id=thread.id, thread=view, message=message, in_reply_to=thread.last_mail or None,
            references=thread.references,
        ),
    ]


@service.handles(GetThread)
def answer_thread(query: GetThread, work: Work) -> Thread | Refusal:
    """A thread with its messages."""
    thread = work.thread(query.thread_id)
    return Thread(thread=thread.view, messages=work.entries.of(thread.id)) if thread else _unknown(query)


@service.handles(ListThreads)
def answer_threads(query: ListThreads, work: Work) -> ThreadList:
    """The newest threads of the shop."""
    return ThreadList(threads=work.threads.newest(work.shop, query.order_id, query.status))


def _unknown(asked: ReplyThread | GetThread) -> Refusal:
    return asked.refuse("unknown_thread", f"There is no thread {asked.thread_id} in this shop.", field="thread_id")
