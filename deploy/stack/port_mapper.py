"""Run Erlang's port mapper (epmd), by which the nodes of a directory find each other."""

from pathlib import Path

from deploy.stack.ports import LOOPBACK, answers
from deploy.stack.processes import Process
from deploy.stack.programs import find_program
from deploy.stack.server import Server

START_SECONDS = 300


class PortMapper(Server):
    """A port mapper of our own, at a port of the loopback address."""

    def __init__(self, directory: Path, port: int) -> None:
        self.port = port
        self._process = Process(directory, "epmd")

    def start(self) -> None:
        if self.running():
            return
        program = find_program("epmd", "erlang-base")
        self._process.start([program, "-port", str(self.port), "-address", LOOPBACK])
        self._process.await_until(lambda: answers(self.port), START_SECONDS, "Erlang's port mapper")
