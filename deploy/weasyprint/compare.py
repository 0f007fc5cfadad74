"""Compare the documents of the compiled wheels in a directory with those of the installed
WeasyPrint: the same bytes, in less processor time. Run by `make weasyprint`.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

ROUNDS = 3
WARM = ("en", "fa")  # invoices before those that are measured
Rendered = dict[str, Any]
"""Where WeasyPrint was loaded from, the hash of each document, and milliseconds for all."""


def render() -> Rendered:
    """Render the gallery: every kind of document in every language."""
    # Imported here, since the process that compares needs none of it.
    from weasyprint import document  # noqa: PLC0415

    from services.documents.adapters.engine import Engine  # noqa: PLC0415
    from services.documents.adapters.templates import read_languages  # noqa: PLC0415
    from services.documents.domain.sample import KINDS, sample  # noqa: PLC0415

    engine, hashes = Engine(), dict[str, str]()
    for language in WARM:
        engine.render(sample("invoice", language))
    began = time.process_time()
    for kind in KINDS:
        for language in sorted(read_languages()):
            content = engine.render(sample(kind, language)).content
            hashes[f"{kind}-{language}"] = hashlib.sha256(content).hexdigest()
    milliseconds = (time.process_time() - began) * 1000
    return {"module": document.__file__, "hashes": hashes, "milliseconds": milliseconds}


def rendered_with(directory: str) -> Rendered:
    """Render in a process that imports packages from a directory first; empty: none."""
    environment = os.environ | {"PYTHONPATH": directory}
    done = subprocess.run(
        [sys.executable, "-m", "deploy.weasyprint.compare", "--render"],
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
    )
    found: Rendered = json.loads(done.stdout)
    return found


def differences(one: Rendered, other: Rendered) -> list[str]:
    """Return the names of documents that differ."""
    hashes = one["hashes"].items() ^ other["hashes"].items()
    return sorted({name for name, _ in hashes})


def main(wheels: Path) -> int:
    """Print the ratio of the times, and return 1 if a document differs."""
    with TemporaryDirectory() as directory:
        for wheel in wheels.glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(directory)
        # In turn, so that both run under the same load.
        rounds = [(rendered_with(""), rendered_with(directory)) for _ in range(ROUNDS)]
    installed, compiled = rounds[0]
    if not compiled["module"].endswith(".so"):
        print(f"There is no compiled WeasyPrint in {wheels}.", file=sys.stderr)
        return 1
    differing = differences(installed, compiled)
    if differing:
        print(f"Documents that differ: {', '.join(differing)}.", file=sys.stderr)
        return 1
    before = median(one["milliseconds"] for one, _ in rounds)
    after = median(other["milliseconds"] for _, other in rounds)
    print(
        f"{len(installed['hashes'])} documents have the same bytes;"
        f" {before:.0f} ms of processor time, compiled {after:.0f} ms: {after / before:.2f}."
    )
    return 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--render"]:
        print(json.dumps(render()))
        sys.exit()
    sys.exit(main(Path(sys.argv[1])))
