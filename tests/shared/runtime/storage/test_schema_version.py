"""Which databases a version works with: the database itself says from which revision on."""

import pytest

from shared.runtime.errors import SchemaError
from shared.runtime.storage.schema_version import (
    SchemaVersion,
    is_newer,
    require_own,
    require_usable,
)

KNOWN = ["0001", "0002"]


def database(revision: str, compatible_from: str = "", service: str = "orders") -> SchemaVersion:
    return SchemaVersion(service, revision, compatible_from or revision)


@pytest.mark.parametrize(
    "found",
    [
        database("0002"),
        database("0002", "0001"),
        database("0003", "0002"),
        database("0007", "0001"),
        database("0002", service=""),  # migrated before databases said anything
    ],
)
def test_the_same_revision_and_newer_compatible_ones_are_usable(found: SchemaVersion) -> None:
    require_usable("orders", found, KNOWN)
    assert is_newer(found, KNOWN) == (found.revision > "0002")


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (
            SchemaVersion(),
            "The database of orders is at revision 'none' and this version needs '0002': run"
            " `aftercart migrate orders`.",
        ),
        (
            database("0001"),
            "The database of orders is at revision '0001' and this version needs '0002': run"
            " `aftercart migrate orders`.",
        ),
        (
            database("0004", "0003"),
            "The database of orders is at revision '0004', which needs Aftercart with revision"
            " '0003' or later, and this version knows '0002': deploy the newer version.",
        ),
        (
            database("0003", service=""),
            "The database of orders is at revision '0003', which needs Aftercart with revision"
            " '0003' or later, and this version knows '0002': deploy the newer version.",
        ),
        (
            database("0002", service="notify"),
            "The database that AFTERCART_ORDERS_DATABASE_URL names is that of notify: correct the"
            " URL.",
        ),
        (
            database("1a2b3c", service=""),
            "The database of orders is at revision '1a2b3c', which does not exist: perhaps"
            " AFTERCART_ORDERS_DATABASE_URL names another program's database.",
        ),
    ],
)
def test_any_other_database_is_refused_with_what_to_do(found: SchemaVersion, sentence: str) -> None:
    with pytest.raises(SchemaError) as refused:
        require_usable("orders", found, KNOWN)
    assert str(refused.value) == sentence


def test_an_older_or_empty_database_may_be_migrated() -> None:
    for found in (SchemaVersion(), database("0001")):
        require_own("orders", found, KNOWN)
        assert not is_newer(found, KNOWN)
