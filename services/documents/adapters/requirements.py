"""Check what WeasyPrint needs in a process of its own, which loads neither WeasyPrint nor the
service (`python -m services.documents.adapters.requirements`): so the check takes some hundredths
of a second, and no memory of the worker.
"""

import json
import subprocess
import sys
from dataclasses import asdict, dataclass

from services.documents.adapters import font_checks


@dataclass(frozen=True)
class Requirements:
    """Why documents cannot be rendered here, and why only slowly: a sentence, or empty."""

    missing: str = ""
    slow: str = ""


def check() -> Requirements:
    """Look for the libraries and the fonts."""
    reason = font_checks.without_library()
    if reason:
        return Requirements(
            f"Pango cannot be loaded ({reason}): "
            "install the Debian packages libpango-1.0-0 and libpangoft2-1.0-0."
        )
    fonts = font_checks.missing_fonts()
    if fonts:
        return Requirements(
            f"Fonts are missing ({', '.join(fonts)}): install the Debian package fonts-noto-core."
        )
    if font_checks.can_subset():
        return Requirements()
    return Requirements(
        slow="HarfBuzz's subset library is missing: install the Debian package libharfbuzz-subset0."
    )


def check_apart() -> Requirements:
    """Check in a process of its own."""
    command = [sys.executable, "-m", __name__]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = (done.stderr.splitlines() or [f"exit code {done.returncode}"])[-1]
        return Requirements(f"Libraries and fonts cannot be checked: {last.rstrip('.')}.")
    return Requirements(**json.loads(done.stdout))


if __name__ == "__main__":
    print(json.dumps(asdict(check())))
