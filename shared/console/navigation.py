"""The areas of the console, as the navigation shows them."""

from dataclasses import dataclass

from shared.console.roles import DEFINE, LOOK, OPERATE


@dataclass(frozen=True)
class Entry:
    """A link of the navigation; `key` names its text, `navigation.<key>`."""

    key: str
    path: str
    needs: str = LOOK


NAVIGATION = (
    Entry("orders", "/orders"),
    Entry("customers", "/customers"),
    Entry("desk", "/desk"),
    Entry("documents", "/documents"),
    Entry("mails", "/mails"),
    Entry("templates", "/templates", DEFINE),
    Entry("states", "/states"),
    Entry("stock", "/stock"),
    Entry("rules", "/rules"),
    Entry("operation", "/operation", OPERATE),
)


def current(path: str) -> str:
    """Return the key of the area that an address belongs to; empty if none."""
    for entry in NAVIGATION:
        if path == entry.path or path.startswith((f"{entry.path}/", f"{entry.path}-")):
            return entry.key
    return ""
