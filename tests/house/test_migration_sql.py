"""The SQL of revisions holds up no messages and breaks no older code: squawk's rules.

https://squawkhq.com/docs/rules
"""

import json
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory

from shared.runtime.service import Service, installed_services
from shared.runtime.storage import migrations
from tests.revisions import BUILD_INDEX, EXPAND, later_version, write_revision
from tests.toy.service import toy

SQUAWK = Path(sys.executable).with_name("squawk")
SERVICES = installed_services()
POSTGRESQL = "15"  # the oldest that docs/howto/running.md allows
NOT_OURS = {
    "prefer-bigint-over-int": "counts and positions need no more",
    "prefer-bigint-over-smallint": "partitions need no more",
    "prefer-identity": "SQLAlchemy writes BIGSERIAL",
    "prefer-robust-stmts": "IF NOT EXISTS would keep an index that was left unfinished",
    "prefer-text-field": "a length is a limit of the contract",
    "require-statement-timeout": "building an index may take hours, and holds up nobody",
}
"""Rules that do not apply, and why."""
BREAKS_OLDER_CODE = {
    "ban-drop-column",
    "ban-drop-not-null",
    "ban-drop-table",
    "renaming-column",
    "renaming-table",
}


def offences(service: Service) -> list[str]:
    """Return `revision: rule` for each rule that a revision breaks, and revisions that say they are
    compatible with more code than they can be.
    """
    found = []
    steps = ["base", *migrations.revisions(service.migrations)]
    scripts = ScriptDirectory(str(migrations.ENVIRONMENT), version_locations=[service.migrations])
    floor = ""
    for before, revision in pairwise(steps):
        script = scripts.get_revision(revision)
        compatible_from = getattr(script.module, "compatible_from", revision)
        rules = broken_rules(migrations.sql(service, before, revision))
        if compatible_from in (before, revision):  # code that no longer needs what is removed
            rules -= BREAKS_OLDER_CODE
        found += [f"{revision}: {rule}" for rule in sorted(rules)]
        if not floor <= compatible_from <= revision:
            found.append(f"{revision}: compatible_from is {compatible_from} after {floor}")
        floor = compatible_from
    return found


def broken_rules(sql: str) -> set[str]:
    """Return the names of the rules that SQL breaks."""
    arguments = [
        "--reporter",
        "json",
        "--pg-version",
        POSTGRESQL,
        "--exclude",
        ",".join(NOT_OURS),
    ]
    done = subprocess.run(
        [SQUAWK, *arguments], input=sql, capture_output=True, text=True, check=False
    )
    faults: list[dict[str, Any]] = json.loads(done.stdout)
    assert done.returncode in (0, 1), done.stderr
    return {fault["rule_name"] for fault in faults}


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_revisions_lock_shortly_and_break_no_older_code(service: Service) -> None:
    assert offences(service) == []


def test_expansions_are_allowed(tmp_path: Path) -> None:
    service = later_version(
        toy, tmp_path / "next", (EXPAND, "0001"), (BUILD_INDEX, "0001"), table="counters"
    )
    assert [fault for fault in offences(service) if not fault.startswith("0001")] == []


@pytest.mark.parametrize(
    ("body", "compatible_from", "offence"),
    [
        (
            "op.create_index('ix_a', 'counters', ['total'])",
            "0002",
            "require-concurrent-index-creation",
        ),
        ("op.drop_index('ix_a', 'counters')", "0002", "require-concurrent-index-deletion"),
        ("op.drop_column('counters', 'total')", "0001", "ban-drop-column"),
        ("op.drop_table('counters')", "0001", "ban-drop-table"),
        ("op.rename_table('counters', 'tallies')", "0001", "renaming-table"),
        ("op.alter_column('counters', 'total', new_column_name='sum')", "0001", "renaming-column"),
        ("op.alter_column('counters', 'total', type_=sa.Integer)", "0003", "changing-column-type"),
        (
            "op.add_column('counters', sa.Column('kind', sa.Integer, nullable=False))",
            "0002",
            "adding-required-field",
        ),
        (
            "op.create_unique_constraint('uq_a', 'counters', ['total'])",
            "0002",
            "disallowed-unique-constraint",
        ),
        (
            "op.create_foreign_key('fk_a', 'counters', 'others', ['key'], ['key'])",
            "0002",
            "adding-foreign-key-constraint",
        ),
        (
            "op.create_check_constraint('ck_a', 'counters', 'total > 0')",
            "0002",
            "constraint-missing-not-valid",
        ),
        ("op.execute('SELECT 1')", "0004", "compatible_from is 0004 after 0002"),
        ("op.execute('SELECT 1')", "0001", "compatible_from is 0001 after 0002"),
    ],
)
def test_what_locks_long_or_breaks_older_code_is_found(
    tmp_path: Path, body: str, compatible_from: str, offence: str
) -> None:
    directory = tmp_path / "next"
    directory.mkdir()
    write_revision(directory, 1, "\n    op.create_table('others', sa.Column('key', sa.Integer))")
    second = "0001" if offence.startswith(("ban", "renaming")) else "0002"
    write_revision(directory, 2, "\n    op.execute('SELECT 1')", second)
    write_revision(directory, 3, f"\n    {body}", compatible_from)
    assert f"0003: {offence}" in offences(replace(toy, migrations=directory))
