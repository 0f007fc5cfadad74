#!/usr/bin/env python3
"""A storefront in forty lines: an AMQP client and JSON, nothing of Aftercart's code.

    python storefront.py AMQP_URL order.json

Sends each message of the file, waits for its answer, and stops with exit code 2 at the first that
is refused. The URLs of a cluster's nodes are joined by `;`.
"""

import json
import sys
import uuid

import pika

nodes = [pika.URLParameters(url) for url in sys.argv[1].split(";")]  # tried one after another
user = nodes[0].credentials.username
made_up = {
    "order_id": str(uuid.uuid4()),
    "payment_id": str(uuid.uuid4()),
    "reference": uuid.uuid4().hex[:9].upper(),
}
with open(sys.argv[2], encoding="utf-8") as file:
    text = file.read()
for word, value in made_up.items():
    text = text.replace("{" + word + "}", value)

channel = pika.BlockingConnection(nodes).channel()
channel.confirm_delivery()
mine = f"{user}.{uuid.uuid4()}"  # a reply address begins with the user's name and a dot
queue = channel.queue_declare("", exclusive=True).method.queue  # RabbitMQ names it
channel.queue_bind(queue, "aftercart.replies", routing_key=mine)

for message in json.loads(text):
    event = {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),
        "source": "/storefront",
        "type": f"aftercart.{message['name']}.v1",
        "replyto": mine,
        "data": message["data"],
    }
    properties = pika.BasicProperties(
        content_type="application/cloudevents+json",
        delivery_mode=2,
        user_id=user,  # RabbitMQ confirms to the services who sent it
    )
    channel.basic_publish("aftercart.commands", message["name"], json.dumps(event), properties)
    for _method, _properties, body in channel.consume(queue, auto_ack=True, inactivity_timeout=30):
        answer = (
            json.loads(body)
            if body
            else sys.exit(f"Nobody answered {message['name']} within 30 seconds.")
        )
        if answer.get("causationid") == event["id"]:
            break
    if answer["type"].endswith("_refused.v1"):
        print(json.dumps(answer["data"], ensure_ascii=False))
        sys.exit(2)
    print(
        json.dumps({"sent": message["name"], **answer["data"], **made_up}, ensure_ascii=False),
        flush=True,
    )
