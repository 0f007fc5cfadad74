"""Hold the texts of the contract that are not docstrings of messages."""

ABOUT = """\
The backend that starts where the checkout ends, for any storefront. Every message is a CloudEvent 1.0 in structured
JSON (`application/cloudevents+json`); a client needs only an AMQP 0-9-1 library.

**Publish** commands and queries to the exchange `{commands}`, persistent, with the message's name as routing
key. A repeated message (same `source` and `id`) changes nothing more; nor does another with the same key of
its sender, `idempotencykey` or the id of what it creates, and the same content. Every command causes events, or is refused by the
event `<noun>.<verb>_refused`, with a `code` for machines and a `reason` for people; a refused command changes nothing.
A message that no service could read, or of an unknown name or version, is stored for the operator and answered by
`message.refused`, with the wrong attribute and what may have been meant.

**Formats.** Binary mode is understood, too: attributes in headers `cloudEvents:id` or `cloudEvents_id`, data in the body. An
empty list counts as an empty object where an object belongs.

**Say who you are**: set the AMQP property `user_id` to the name of your RabbitMQ user; RabbitMQ refuses a false one. Where
there are several storefronts, a message without it is refused as `unknown_sender`, one for a shop that is not yours as
`foreign_shop`, and one that names an employee, states their consent, or sets `force` without your right to it as
`employee_not_allowed` or `force_not_allowed`. A message that your user may not send is refused with
`message_not_allowed`. These refusals are only answers, never events of another shop.

**Read events** from the stream `{events}.stream`: consume with a prefetch limit, with acknowledgements, and with the
argument `x-stream-offset`: `next` for new events only, `first`, a time, or the offset after the last event that you
handled. Store that offset with what you did; it is the header `x-stream-offset` of each delivery. Skip names that you
do not need. Events are delivered at least once, and in order per `subject`: detect duplicates by `source` and `id`.
Events with the bytes of a document are in the stream `{documents}.stream` instead. Queues cannot be bound to the
exchanges `{events}` and `{documents}`: they belong to the services.

**Get answers** from a queue of your own, declared without a name (RabbitMQ returns one), and bound to the exchange
`{replies}` with a routing key that starts with your user's name and a dot; set `replyto` to this key. Queries require it. A command with `replyto` is answered there
too, by `command.done` or its refusal. Without `replyto`, the AMQP property `reply_to` is the address: such a key, or the name
of that queue, which then needs no binding. The reply has the AMQP property `correlation_id` of its request, and `correlationid` as it was
sent.

**Times** are RFC 3339, with an offset from UTC. **Amounts** are integers in minor units of their currency
(ISO 4217): 1999 with `EUR` is 19.99 EUR. Rates and percentages are decimal strings in percent.

**Versions.** The number at the end of `type` is the major version. Within it, fields, messages and enumeration values
are only added: ignore those that you do not know. Unknown fields in the data of commands and queries are refused.
"""

SERVER = (
    "RabbitMQ 3.10 or later. External clients publish commands and queries, read events, and read"
    " their own answers."
)
LOGIN = (
    "A RabbitMQ user. External clients may publish commands and queries, read events, and read"
    " their own answers; nothing else."
)

ATTRIBUTES = {
    "specversion": "Version of CloudEvents",
    "id": (
        "Unique within `source`, such as a UUID. A message with a known `source` and `id` is a"
        " duplicate."
    ),
    "source": (
        "The sender, a URI reference such as `/storefront`; services are `/aftercart/<service>`"
    ),
    "type": "`aftercart.<name>.v<major>`; the routing key is `<name>`",
    "subject": (
        "Key of the aggregate that the message is about; events with the same subject stay in order"
    ),
    "time": "When the message was created, RFC 3339",
    "datacontenttype": "Media type of `data`",
    "sequence": (
        "Extension. Number of the event within its subject, zero-padded, so that it sorts as text"
    ),
    "correlationid": (
        "Extension. The same for all messages that one message causes: its `correlationid`, or its"
        " `id` if it has none"
    ),
    "causationid": "Extension. `id` of the message that caused this one",
    "traceparent": "Extension. W3C trace context; its trace is that of the message which caused this",
    "tracestate": "Extension. W3C trace context of tracing systems, passed on with `traceparent`",
    "tracelink": (
        "Extension. `traceparent` of the message that caused this one, where this one began another"
        " trace: messages from a schedule, and each mail of a mailbox"
    ),
    "replyto": (
        "Extension. Routing key on the exchange for replies to which the answer is published"
    ),
    "publishedagain": (
        "Extension. When the event was published once more, as after a loss of the broker; its `id`"
        " and `sequence` are those of the first time, and later events may have come before"
    ),
    "shop": "Extension. Key of the shop, for installations with several",
    "language": (
        "Extension. Language of the sentence in a refusal, BCP 47: `en`, `fa`, `fr` or `de`"
    ),
    "idempotencykey": (
        "Extension. A key of the sender, unique for one wish of a person, for commands that have no"
        " id of what they create: the same key with the same content is carried out once, with other"
        " content it is refused as `conflict`"
    ),
    "data": "Content of the message",
}

TAGS = {
    "command": "Requests a change",
    "query": "Requests information; needs `replyto`",
    "event": "States what happened",
    "refusal": "A command or query was refused: nothing changed",
    "answer": "Sent to a `replyto` only",
}

REPLY_ADDRESS = "The routing key in `replyto` of the command or query"
REPLIES = (
    "Answers, on the exchange for replies. The routing key is the `replyto` of the message that is"
    " answered."
)
