"""A rendered document. Child processes that render load this module, and not those that store."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rendered:
    """A PDF and the engine that rendered it, e.g. `weasyprint 70.0, pango 1.50.12, Noto Sans
    2.007`. `fallback` says why the shop's template was not used; `place` is the object store that
    has the bytes already.
    """

    content: bytes
    engine: str
    fallback: str = ""
    place: str = ""
