"""Ask a supervisor or the console whether it is ready, for the health check of a container:
`python -m shared.runtime.process.probe HOST:PORT`.
"""

import sys
from http.client import HTTPConnection, HTTPException

TIMEOUT = 4  # seconds


def failure(address: str, path: str = "/-/ready") -> str:
    """Return why the probe fails, as one sentence; empty if it succeeds."""
    connection = HTTPConnection(address, timeout=TIMEOUT)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read().decode(errors="replace").strip()
    except (OSError, HTTPException) as error:
        return f"{address} does not answer: {error}."
    finally:
        connection.close()
    if response.status == 200:
        return ""
    return body


if __name__ == "__main__":
    sys.exit(failure(*sys.argv[1:]) or 0)
