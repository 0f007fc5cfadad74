"""Build a client of the services, such as a web console, from RabbitMQ and the contracts alone.

- `client`: send commands and queries, and receive their replies or refusals.
- `subscriptions`: receive events as they are published, or replay the event stream.
- `dead_letters`: list, replay and drop dead letters (needs RabbitMQ's administrator).
- `health`: ask the services for their health and count their queues.
- `connection`, `urls`: the connection beneath them, with errors as one sentence.

Errors derive from `shared.runtime.errors.AftercartError`. A client may add `ClientSettings` from
`shared.runtime.settings`; it needs no terminal, no database and no code of a service.

    with open_client("amqp://client:secret@localhost/", "console") as client:
        reply = client.request("order.get", {"order_id": "XKBKNABJK"}, timeout=10)
        if reply.refusal:
            print(reply.refusal.reason)
        else:
            print(reply.data["order"])
"""
