"""Run a script of SQL in pgbench."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from shared.runtime.errors import AftercartError


def rate(
    database_url: str, script: Path, variables: Mapping[str, int], clients: int, seconds: int
) -> float:
    """Return the transactions per second of a script by some clients. Raises `AftercartError` if
    pgbench fails.
    """
    program = next(Path("/usr/lib/postgresql").glob("*/bin/pgbench"), Path("pgbench"))
    command: list[str | Path] = [program, "-n", "-M", "prepared", "-f", script, "-j", "2"]
    command += ["-c", str(clients), "-T", str(seconds)]
    for name, value in variables.items():
        command += ["-D", f"{name}={value}"]
    command.append(database_url.replace("postgresql+psycopg", "postgresql"))
    printed = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"tps = ([\d.]+)", printed.stdout)
    if found is None or printed.returncode:
        raise AftercartError(f"pgbench measured nothing: {printed.stderr.strip()[-500:]}")
    return float(found[1])
