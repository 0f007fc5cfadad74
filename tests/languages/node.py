"""Run the Node programs that read the contract; `make test` installs them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

Json = dict[str, Any]

CHECK = Path(__file__).with_name("check.mjs")
TOOLS = Path(sys.prefix) / "tools"
NODE = Path(sys.prefix) / "bin" / "node"


def checked(found: Json, directory: Path) -> Json:
    """Return the faults that the tools find, and the types of TypeScript.

    `found` has all schemas of messages in one as `bundle` and, if they are to be checked, each as
    `files`, and the AsyncAPI `document`.
    """
    file = directory / "contract.json"
    file.write_text(json.dumps({"files": {}, **found}), encoding="utf-8")
    command = [str(NODE), str(CHECK), f"{TOOLS}/", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    result: Json = json.loads(done.stdout)
    return result


def compiled(types: Path) -> str:
    """Return what the compiler of TypeScript finds wrong in a file; empty if nothing."""
    compiler = TOOLS / "node_modules/typescript/bin/tsc"
    command = [str(NODE), str(compiler), "--strict", "--noEmit", str(types)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    return done.stdout + done.stderr
