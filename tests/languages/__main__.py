"""Write the types of TypeScript: `python -m tests.languages FILE`."""

import sys
import tempfile
from pathlib import Path

from shared.cli.messages.contract import contract_of
from shared.contracts.asyncapi.files import bundle
from tests.languages.node import checked

with tempfile.TemporaryDirectory() as directory:
    types = checked({"bundle": bundle(contract_of({}))}, Path(directory))["types"]
file = Path(sys.argv[1])
file.parent.mkdir(parents=True, exist_ok=True)
file.write_text(types, encoding="utf-8")
print(f"{file} was written")
