#!/usr/bin/env python3
"""Store the state of every order in an SQLite file, from the stream of events.

    python read_events.py AMQP_URL FILE [SECONDS]

Continues where it stopped. Ends after SECONDS without an event; without SECONDS it never ends.
"""

import json
import sqlite3
import sys

import pika

TABLES = """
CREATE TABLE IF NOT EXISTS stream (next_offset INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS seen (source TEXT, id TEXT, PRIMARY KEY (source, id));
CREATE TABLE IF NOT EXISTS orders (order_id TEXT PRIMARY KEY, reference TEXT, state TEXT);
"""
TYPES = ("aftercart.order.placed.v1", "aftercart.order.transitioned.v1")

database = sqlite3.connect(sys.argv[2])
database.executescript(TABLES)
stored = database.execute("SELECT next_offset FROM stream").fetchone()
silence = float(sys.argv[3]) if len(sys.argv) > 3 else None

connection = pika.BlockingConnection(pika.URLParameters(sys.argv[1]))
channel = connection.channel()
channel.basic_qos(prefetch_count=100)  # a stream requires a limit
events = channel.consume(
    "aftercart.events.stream",
    arguments={"x-stream-offset": stored[0] if stored else "first"},
    inactivity_timeout=silence,
)
count = 0
for method, properties, body in events:
    if method is None:
        break  # nothing came for SECONDS
    event = json.loads(body)
    with database:  # one transaction: a kill leaves all of it, or nothing
        new = database.execute(
            "INSERT OR IGNORE INTO seen VALUES (?, ?)", (event["source"], event["id"])
        ).rowcount
        if new and event["type"] in TYPES:
            order, state = event["data"]["order"], event["data"]["new_state"]
            database.execute(
                "INSERT OR REPLACE INTO orders VALUES (?, ?, ?)",
                (event["data"]["order_id"], order["reference"], state["key"]),
            )
        next_offset = properties.headers["x-stream-offset"] + 1
        database.execute("DELETE FROM stream")
        database.execute("INSERT INTO stream VALUES (?)", (next_offset,))
    channel.basic_ack(method.delivery_tag)
    count += new
print(f"{count} new events")
