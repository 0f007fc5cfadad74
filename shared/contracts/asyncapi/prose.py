"""What the contract says in words, where no docstring of a message does."""

ABOUT = """\
The backend that begins where the checkout ends, for any storefront. Every message is a CloudEvent 1.0 in structured
JSON (`application/cloudevents+json`); a client needs nothing but an AMQP 0-9-1 library.

**Sending.** Publish commands and queries to the exchange `{commands}`, persistent, with the message's name
as routing key. Repeating a message (same `source` and `id`) changes nothing more. Every command causes events, or is
refused by the event `<noun>.<verb>_refused`, with a `code` for machines and a `reason` for people; then nothing has
changed. A message with a name that no service takes is kept, and not answered.

**Reading.** Bind a queue of your own (its name begins with your user's name and a dot) to the exchange
`{events}` with the names that you want; older events are kept in the stream `{events}.stream`.
Events come at least once, and in order per `subject`: drop what you have seen by `source` and `id`.

**Answers.** Bind a queue to the exchange `{replies}` with a routing key that begins with your user's name
and a dot, and put that key into `replyto`. Queries need it; a command that carries it is answered there as well, by
`command.done` or its refusal. `correlationid` comes back as it was sent.

**Change.** The number at the end of `type` is the major version. Inside it, fields, messages and values of enumerations
are only added: readers ignore what they do not know. Unknown fields in the data of commands and queries are refused.
"""

SERVER = (
    "RabbitMQ 3.10 or later. Outsiders publish commands and queries, read events, and read their"
    " own answers."
)
LOGIN = (
    "A RabbitMQ user. Outsiders publish commands, read events and the answers meant for them, and"
    " nothing else."
)

ATTRIBUTES = {
    "specversion": "Version of CloudEvents",
    "id": (
        "Unique within `source`; a UUID serves. `source` and `id` are the key against duplicates."
    ),
    "source": (
        "Who sends: a URI reference such as `/storefront`; services are `/aftercart/<service>`"
    ),
    "type": "`aftercart.<name>.v<major>`; the routing key is `<name>`",
    "subject": (
        "Key of the aggregate that the message is about; events of one subject keep their order"
    ),
    "time": "When it was made, RFC 3339",
    "datacontenttype": "Of `data`",
    "sequence": (
        "Extension. Number of the event within its subject: zero-padded, so that it sorts as text"
    ),
    "correlationid": (
        "Extension. Shared by all that follows from one message: its `correlationid`, or else its"
        " `id`"
    ),
    "causationid": "Extension. `id` of the message that caused this one",
    "traceparent": "Extension. W3C trace context",
    "replyto": "Extension. Routing key on the exchange for replies, where the answer is wanted",
    "shop": "Extension. The shop of this installation that is meant",
    "data": "The message itself",
}

TAGS = {
    "command": "Asks for a change",
    "query": "Asks a question; needs `replyto`",
    "event": "Says what happened",
    "refusal": "A command or query that was not carried out: nothing changed",
    "answer": "Sent to a `replyto` only",
}

REPLY_ADDRESS = "The routing key that the asking message gave in `replyto`"
REPLIES = (
    "Answers, on the exchange for replies. The routing key is the `replyto` of the message that is"
    " answered."
)
