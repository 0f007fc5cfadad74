"""Supervise the worker processes of a service (`python -m shared.runtime.process.supervise`).

This program imports neither the service nor its libraries, so that it needs a fraction of a
worker's memory. `aftercart worker` checks the settings and becomes this program.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from shared.runtime.process import log
from shared.runtime.process.supervisor import Supervisor


@dataclass(frozen=True)
class Supervision:
    """What to supervise. `metrics` is the address of metrics and probes, or empty."""

    service: str
    processes: int
    metrics: str
    log_format: str
    log_level: str
    command: tuple[str, ...]

    def arguments(self) -> list[str]:
        """Return the command line of this program."""
        options = [f"--{name}={getattr(self, name)}" for name in OPTIONS]
        return [sys.executable, "-m", __spec__.name, *options, "--", *self.command]

    def run(self) -> int:
        """Run the processes until a signal, and return the exit code."""
        log.configure(self, service=self.service, part="supervisor", pid=os.getpid())
        if not self.metrics:
            return Supervisor(list(self.command), self.processes).run()
        # Imported here, since most of the memory of this process is prometheus-client's.
        from shared.runtime.process import metric_files, metrics_server  # noqa: PLC0415

        try:
            files = metric_files.MetricFiles(self.service)
        except OSError as error:
            print(
                f"Metrics cannot be counted, for want of temporary files: {error}.", file=sys.stderr
            )
            return 1
        try:
            supervisor = Supervisor(list(self.command), self.processes, files)
            metrics_server.serve(self.metrics, self.service, supervisor, files)
            return supervisor.run()
        except OSError as error:
            variable = f"AFTERCART_{self.service.upper()}_METRICS"
            print(
                f"{variable} is '{self.metrics}', an address that cannot be opened: {error}.",
                file=sys.stderr,
            )
            return 1
        finally:
            files.close()


OPTIONS = ("service", "processes", "metrics", "log_format", "log_level")


def main(arguments: Sequence[str]) -> int:
    """Read the command line, and supervise."""
    parser = argparse.ArgumentParser()
    for name in OPTIONS:
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("command", nargs="+")
    found = vars(parser.parse_args(arguments))
    found["processes"], found["command"] = int(found["processes"]), tuple(found["command"])
    return Supervision(**found).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
