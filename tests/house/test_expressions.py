"""Regular expressions of the services are linear: a text twice as long takes twice the time, also
one that is made for them. Those of parsers that run in a child process with limits of time are left
out.
"""

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator

import services
import shared

LENGTH = 16_000  # characters; the longest text of a contract is ten times as long
LIMIT = 0.5  # seconds of this thread; a quadratic expression takes several
# Used by the parser of mails only, in child processes (`adapters/parser_pool.py`)
IN_CHILDREN = ("services.ingest.domain.header_block", "services.ingest.domain.structured_fields")
# nh3 escapes "<" and ">" in attributes: no tag of its output begins in another one
OF_SANITIZED_HTML = ("services.ingest.domain.html_sanitizer",)
PIECES = [
    " ",
    "a",
    "a ",
    "0",
    "<",
    "<a ",
    '"',
    "=",
    "\n",
    " \n",
    "-",
    "(",
    ">",
    "&",
    "x@",
    "a.",
    ":",
    "|",
]


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for package in (services, shared):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if ".migrations" in module.name or ".alembic" in module.name:
                continue
            for name, value in vars(importlib.import_module(module.name)).items():
                if isinstance(value, re.Pattern):
                    yield f"{module.name}.{name}", value


def test_no_text_takes_an_expression_long() -> None:
    slow = []
    for name, pattern in patterns():
        if name.startswith((*IN_CHILDREN, *OF_SANITIZED_HTML)):
            continue
        literals = re.findall(r"[A-Za-z]{2,}|[<>@:=-]", str(pattern.pattern))[:3]
        for piece in {*PIECES, *literals}:
            text = (piece * LENGTH)[:LENGTH] + "\x01"
            subject = text.encode() if isinstance(pattern.pattern, bytes) else text
            began = time.thread_time()
            pattern.search(subject)
            if time.thread_time() - began > LIMIT:
                slow.append(f"{name} on {piece!r}")
    assert slow == []
