"""Merge two threads of one conversation: the messages of one move into the other."""

from dataclasses import replace
from datetime import datetime

from services.ingest.domain.thread import Thread
from shared.contracts.ingest import MergeThread
from shared.contracts.reason import Reason


def objection(command: MergeThread, before: Thread, into: Thread | None) -> Reason | None:
    """Return a refusal if two threads cannot be merged."""
    if into is None:
        return Reason(
            "unknown_thread", f"There is no thread {command.into} in this shop.", field="into"
        )
    if before.id == into.id:
        return Reason("same_thread", "A thread cannot be merged into itself.", field="into")
    if before.view.order_id:
        reason = "This thread is about an order and cannot be merged; merge the other one into it."
        return Reason("about_an_order", reason, field="thread_id")
    for thread, field in ((before, "thread_id"), (into, "into")):
        if thread.view.merged_into:
            reason = f"Thread {thread.id} was already merged into {thread.view.merged_into}."
            return Reason("merged_before", reason, field=field)
    return None


def merge(before: Thread, into: Thread, at: datetime) -> tuple[Thread, Thread]:
    """Return the emptied thread, and the joined one, in which the customers of both are
    participants.
    """
    view, other = before.view, into.view
    guest = [] if into.may_post(view.customer_email) else [view.customer_email.lower()]
    waits = filter(None, (view.waits_since, other.waits_since))
    joined = other.model_copy(
        update={
            "participants": [*dict.fromkeys([*other.participants, *guest, *view.participants])],
            "unread_messages": view.unread_messages + other.unread_messages,
            "waits_since": min(waits, default=None),
            "status": "open" if "open" in (view.status, other.status) else other.status,
        }
    )
    tally = replace(
        into.tally,
        customer_messages=into.tally.customer_messages + before.tally.customer_messages,
        employee_messages=into.tally.employee_messages + before.tally.employee_messages,
        closed_at=into.tally.closed_at if joined.status == "closed" else None,
    )
    left = view.model_copy(
        update={
            "unread_messages": 0,
            "waits_since": None,
            "status": "closed",
            "merged_into": into.id,
        }
    )
    emptied = replace(
        before,
        view=left,
        tally=replace(
            before.tally,
            customer_messages=0,
            employee_messages=0,
            closed_at=before.tally.closed_at or at,
        ),
    )
    return emptied, replace(into.with_named_recipients(before.copied), view=joined, tally=tally)
