"""The options of a desk, with the default labels and colours of its statuses."""

from services.ingest.domain import text_templates
from shared.contracts.ingest import DeskOptions, PutDesk, StatusDisplay, StatusDisplays
from shared.contracts.reason import Reason

FIRST_LOOKS = StatusDisplays(
    open=StatusDisplay(
        labels={"en": "Open", "fa": "باز", "fr": "Ouvert", "de": "Offen"},
        colour="#01B887",
        meanings={
            "en": "It is to be answered.",
            "fa": "باید پاسخ داده شود.",
            "fr": "À répondre.",
            "de": "Zu beantworten.",
        },
    ),
    closed=StatusDisplay(
        labels={"en": "Closed", "fa": "بسته", "fr": "Fermé", "de": "Geschlossen"},
        colour="#E74C3C",
        meanings={
            "en": "It is done.",
            "fa": "انجام شده است.",
            "fr": "C’est fait.",
            "de": "Erledigt.",
        },
    ),
    pending1=StatusDisplay(
        labels={"en": "Pending 1", "fa": "در انتظار ۱", "fr": "En attente 1", "de": "Wartend 1"},
        colour="#3498D8",
    ),
    pending2=StatusDisplay(
        labels={"en": "Pending 2", "fa": "در انتظار ۲", "fr": "En attente 2", "de": "Wartend 2"},
        colour="#34209E",
    ),
)
"""Every shop defines the meaning of the two pending statuses itself."""

NEW = DeskOptions()


def whole(options: DeskOptions) -> DeskOptions:
    """Return the options with labels and colours for all four statuses."""
    changed = {status: look for status, look in options.statuses if look}
    return options.model_copy(update={"statuses": FIRST_LOOKS.model_copy(update=changed)})


def objection(command: PutDesk) -> Reason | None:
    """Return a refusal if a default reply has an unknown placeholder."""
    wrong = text_templates.objection(command.default_replies)
    if wrong is None:
        return None
    language, reason = wrong
    return Reason("unknown_placeholder", reason, field=f"default_replies.{language}")
