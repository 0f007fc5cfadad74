"""Options of the c-client library, by which shop systems configure a mailbox, and their meaning
here.
"""

from collections.abc import Mapping
from typing import Any

MEANING: Mapping[str, Mapping[str, Any]] = {
    "pop3": {"protocol": "pop3"},
    "norsh": {},  # connections through rsh or ssh are never used
    "ssl": {"security": "tls"},
    "tls": {"security": "starttls"},
    "notls": {"security": "none"},
    "validate-cert": {"verify_certificate": True},
    "novalidate-cert": {"verify_certificate": False},
}
_PORTS = {("imap", True): 993, ("imap", False): 143, ("pop3", True): 995, ("pop3", False): 110}


def without_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a mailbox with `options` converted to fields. Raises `ValueError`
    with a sentence.
    """
    settings = dict(given)
    options = settings.pop("options", [])
    if not isinstance(options, list | tuple):
        raise ValueError(f"'options' is a list of {', '.join(MEANING)}")
    names = dict.fromkeys(str(option).lower().lstrip("/") for option in options)
    if "ssl" in names:
        # Encrypted from the start: STARTTLS is not needed.
        names.pop("notls", None)
    origin: dict[str, str] = {}
    for option in names:
        if option not in MEANING:
            raise ValueError(f"unknown option '{option}'; known are {', '.join(MEANING)}")
        for name, value in MEANING[option].items():
            if settings.get(name, value) != value:
                other = f"'{name}': {settings[name]!r}"
                if name in origin:
                    other = f"'{origin[name]}'"
                raise ValueError(f"the option '{option}' contradicts {other}")
            settings[name], origin[name] = value, option
    return settings


def usual_port(said: Mapping[str, Any]) -> int:
    """Return the standard port for the protocol and security of a mailbox."""
    return _PORTS.get((said.get("protocol", "imap"), said.get("security", "tls") == "tls"), 993)
