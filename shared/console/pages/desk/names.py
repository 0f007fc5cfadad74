"""Name contacts and statuses as the shop does, in the language of the user."""

from dataclasses import dataclass

from shared.console.choices import Choices, label
from shared.console.language import Language
from shared.console.screen import Data

STATUSES = ("open", "pending1", "pending2", "closed")


@dataclass(frozen=True)
class Status:
    """A status of threads as people see it. `colour` and `meaning` may be empty."""

    key: str
    label: str
    colour: str = ""
    meaning: str = ""


def statuses(desk: Data, language: Language) -> dict[str, Status]:
    """Return the four statuses by key, from the answer to `desk.get`."""
    found: dict[str, Status] = {}
    for key in STATUSES:
        shown = desk["statuses"].get(key)
        if shown is None:
            found[key] = Status(key, language.text(f"desk.status_{key}"))
            continue
        meaning = ""
        if shown["meanings"]:
            meaning = label(shown["meanings"], language)
        found[key] = Status(key, label(shown["labels"], language), shown["colour"], meaning)
    return found


def status_choices(found: dict[str, Status]) -> Choices:
    """Return the statuses as choices of a select."""
    return [(status.key, status.label) for status in found.values()]


def contact_names(contacts: list[Data], language: Language) -> dict[str, str]:
    """Return the names of contacts by key."""
    return {contact["key"]: label(contact["names"], language) for contact in contacts}
