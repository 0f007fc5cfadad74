"""One test over many cases: it names every case that fails, and costs one test instead of
hundreds.
"""

import inspect
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

T = TypeVar("T")
Check = Callable[..., None]


def for_each(cases: Iterable[T], name: Callable[[T], str]) -> Callable[[Check], Check]:
    """Turn a check of one case (its first parameter) into a test of all cases; its other parameters
    stay pytest's.
    """

    def decorate(check: Check) -> Check:
        def test(**more: Any) -> None:
            failures = [
                found for case in cases if (found := _failure(check, name(case), case, more))
            ]
            assert not failures, f"{len(failures)} fail:\n\n" + "\n\n".join(failures[:10])

        _case, *others = inspect.signature(check).parameters.values()
        test.__name__, test.__doc__, test.__module__ = (
            check.__name__,
            check.__doc__,
            check.__module__,
        )
        test.__signature__ = inspect.Signature(others)  # type: ignore[attr-defined]
        test.pytestmark = getattr(check, "pytestmark", [])  # type: ignore[attr-defined]
        return test

    return decorate


def _failure(check: Check, name: str, case: object, more: dict[str, Any]) -> str:
    try:
        check(case, **more)
    except Exception as error:  # whatever fails, the other cases are still checked
        return f"{name}: {type(error).__name__}: {error}"
    return ""
