"""Play later versions of a service: its revisions, and more of them."""

import shutil
from dataclasses import replace
from pathlib import Path

from shared.runtime.service import Service

EXPAND = """
    op.add_column("{table}", sa.Column("remark", sa.String(200)))
"""
BUILD_INDEX = """
    with op.get_context().autocommit_block():
        op.drop_index("ix_{table}_remark", if_exists=True, postgresql_concurrently=True)
        op.create_index("ix_{table}_remark", "{table}", ["remark"], postgresql_concurrently=True)
"""
CONTRACT = """
    op.rename_table("{table}", "{table}_renamed")
"""


def write_revision(directory: Path, number: int, body: str, compatible_from: str = "") -> None:
    """Write a revision; `body` are the lines of `upgrade`."""
    lines = [
        f'"""Revision {number}."""',
        "import sqlalchemy as sa",
        "from alembic import op",
        f'revision, down_revision = "{number:04}", {f"{number - 1:04}" if number > 1 else None!r}',
    ]
    if compatible_from:
        lines.append(f'compatible_from = "{compatible_from}"')
    lines.append(f"def upgrade() -> None:{body.rstrip()}")
    (directory / f"{number:04}_added.py").write_text("\n".join(lines) + "\n")


def later_version(
    service: Service, directory: Path, *revisions: tuple[str, str], table: str
) -> Service:
    """Return the service with more revisions: each is a body and what it is compatible from."""
    directory.mkdir(exist_ok=True)
    for script in service.migrations.glob("0*.py"):
        shutil.copy(script, directory)
    first = len(list(service.migrations.glob("0*.py"))) + 1
    for number, (body, compatible_from) in enumerate(revisions, start=first):
        lines = body.format(table=table)
        write_revision(directory, number, lines, compatible_from)
    return replace(service, migrations=directory)
