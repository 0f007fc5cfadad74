"""The first page of each service names what it takes and what it tells: all of that, and nothing
else.
"""

import re
from fnmatch import fnmatch
from importlib import import_module

import pytest

from shared.contracts.message import catalogue
from shared.runtime.service import Service, installed_services

SERVICES = installed_services()
NAME = re.compile(r"`([a-z_]+)\.([a-z_|*]+)`")


def patterns(service: str) -> set[str]:
    """The names on a plate; of `order.place|transition` each, `order.*` as it stands."""
    plate = import_module(f"services.{service}").__doc__ or ""
    return {f"{noun}.{verb}" for noun, verbs in NAME.findall(plate) for verb in verbs.split("|")}


def named(service: Service) -> set[str]:
    """Those of other services' concern: what a service says to itself stays within."""
    taken = {catalogue[kind] for kind in service.handlings}
    return {kind.name for kind in taken | set(service.tells) if not kind.internal}


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_a_plate_names_all_that_is_taken_and_told(service: Service) -> None:
    written = patterns(service.name)
    assert {
        name for name in named(service) if not any(fnmatch(name, pattern) for pattern in written)
    } == set()


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_a_plate_names_nothing_else(service: Service) -> None:
    known = {catalogue[kind].name for kind in service.handlings} | {
        kind.name for kind in service.tells
    }
    unknown = {
        pattern
        for pattern in patterns(service.name)
        if not any(fnmatch(name, pattern) for name in known)
    }
    assert unknown == set()
