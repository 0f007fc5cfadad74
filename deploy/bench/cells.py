"""Measure whether two cells do twice as much as one.

A cell is RabbitMQ, PostgreSQL and a worker of `orders`, with all their processes on one core, so
that a single cell cannot use the whole machine; two cells share nothing but disk and memory.
"""

import multiprocessing
import os
from multiprocessing.connection import Connection
from pathlib import Path

from deploy.bench.orders import Bench, servers
from shared.runtime.process import log
from shared.runtime.settings import CommonSettings

BATCH = 200
STATE = "payment_error"  # a move without documents
READY = "ready"


def rates(cells: int, count: int, directory: Path) -> list[float]:
    """Return the transitions per second of each of some cells that work at the same time."""
    context = multiprocessing.get_context("spawn")
    ends: list[Connection] = []
    running = []
    for core in range(cells):
        ours, theirs = context.Pipe()
        place = directory / f"cells-{cells}-{core}"
        running.append(context.Process(target=_cell, args=(core, count, place, theirs)))
        ends.append(ours)
        running[-1].start()
        theirs.close()
    try:
        for end in ends:
            end.recv()  # the cell is ready; raises EOFError if it could not start
        for end in ends:
            end.send(True)
        return [float(end.recv()) for end in ends]
    finally:
        for end in ends:
            end.close()
        for cell in running:
            cell.join()


def _cell(core: int, count: int, directory: Path, parent: Connection) -> None:
    """Run a cell on one core, and send its rate as soon as the parent lets it begin."""
    os.sched_setaffinity(0, {core})  # all processes that are started from here inherit it
    log.configure(CommonSettings(log_level="warning"))
    with servers(directory, lambda _line: None) as (rabbit, postgres):
        bench = Bench(rabbit, postgres.create_database("bench"), count)
        bench.prepare()
        parent.send(READY)
        if parent.recv():
            parent.send(bench.transitions(BATCH, directory, STATE))
