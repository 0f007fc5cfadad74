"""Judge the mails: those that were sent, and those of customers that were filed."""

from collections import Counter
from collections.abc import Iterator

from tests.system.fire.evidence import Evidence, MailRow, firsts

MAILS = {
    ("order.placed", ""): ("order_conf", "bankwire"),
    ("order.transitioned", "payment_accepted"): ("payment",),
    ("order.transitioned", "processing"): ("preparation",),
    ("order.transitioned", "shipped"): ("shipped",),
    ("order.transitioned", "cancelled"): ("order_canceled",),
    ("thread.replied", ""): ("reply_msg",),
}
"""The mails to the customer that an event causes, by the new state: those of PrestaShop."""
SHOWN = 5  # examples in a finding


def mails_once(evidence: Evidence) -> Iterator[str]:
    """Each mail is accepted once for its purpose. More copies have its Message-ID, one for each
    claim at most, and are no more than the faults that can explain them.
    """
    yield from _missing_mails(evidence)
    sent = [mail for mail in evidence.mails if mail.state == "sent"]
    unsent = [mail for mail in evidence.mails if mail.state != "sent"]
    if unsent:
        yield f"{len(unsent)} mails are not sent: {unsent[:SHOWN]}"
    announced = Counter(
        str(event.data["mail_id"]) for event in firsts(evidence.events) if event.name == "mail.sent"
    )
    if announced != Counter(mail.mail_id for mail in sent):
        yield "the events mail.sent differ from the mails that were sent"
    if "delivered" not in evidence.lost:
        yield from _wrong_deliveries(evidence, sent)


def _wrong_deliveries(evidence: Evidence, sent: list[MailRow]) -> Iterator[str]:
    extra = 0
    for mail in sent:
        copies = evidence.delivered[mail.message_id]
        extra += max(0, copies - 1)
        if not 1 <= copies <= mail.claims:
            claims = f"{mail.claims} claims"
            yield f"{mail.template} {mail.message_id} was accepted {copies} times, {claims}"
    if extra > evidence.doubtful:
        yield f"{extra} copies of mails, but {evidence.doubtful} faults that leave SMTP in doubt"
    unknown = evidence.delivered.keys() - {mail.message_id for mail in evidence.mails}
    if unknown:
        yield f"mails with unknown Message-IDs were accepted: {sorted(unknown)[:SHOWN]}"


def _missing_mails(evidence: Evidence) -> Iterator[str]:
    wanted: Counter[tuple[str, str]] = Counter()
    for event in firsts(evidence.events):
        state = ""
        if event.name == "order.transitioned":
            state = str(event.data["new_state"]["key"])
        cause = event.data.get("thread_id" if event.name == "thread.replied" else "order_id")
        for template in MAILS.get((event.name, state), ()):
            wanted[str(cause), template] += 1
    templates = {template for names in MAILS.values() for template in names}
    found = Counter(
        (mail.cause, mail.template) for mail in evidence.mails if mail.template in templates
    )
    if found != wanted:
        wrong = [key for key in found.keys() | wanted.keys() if found[key] != wanted[key]]
        yield f"{len(wrong)} mails are not those that the events ask for: {sorted(wrong)[:SHOWN]}"


def mails_filed_once(evidence: Evidence) -> Iterator[str]:
    """Each mail of a customer is in one thread: an answer in that of the conversation in which the
    shop wrote, any other mail in one of its own. A mail without an answer of the mail server may
    be missing.
    """
    filed = Counter(message_id for message_id, _ in evidence.filed)
    for written in evidence.written:
        count = filed[written.message_id]
        if count > 1 or count < written.accepted:
            yield f"the mail {written.message_id} is in {count} threads"
    more = filed.keys() - {written.message_id for written in evidence.written}
    if more:
        yield f"mails that nobody wrote are in threads: {sorted(more)[:SHOWN]}"
    yield from _wrong_conversations(evidence)


def _wrong_conversations(evidence: Evidence) -> Iterator[str]:
    conversation_of = dict(evidence.filed)
    wrote_in = {mail.message_id: mail.conversation for mail in evidence.mails}
    opened: Counter[str] = Counter()
    for written in evidence.written:
        found = conversation_of.get(written.message_id, "")
        expected = wrote_in.get(written.answers, "")
        if found and expected and found != expected:
            yield f"the answer {written.message_id} to a mail in {expected} is in {found}"
        if found and not written.answers:
            opened[found] += 1
    for conversation, count in opened.items():
        if count > 1 or not conversation.startswith("thread"):
            yield f"{count} mails that answer none are in {conversation}"
