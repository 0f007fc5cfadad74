"""The gallery: each mail in each language, wide and narrow, beside its text. Nothing is sent."""

from pathlib import Path

from services.notify.adapters.mail_writer import JinjaMailWriter, read_languages, read_layouts
from services.notify.domain.sample import sample
from services.notify.domain.wording import MailBody

SIZES = {"wide": 680, "narrow": 360, "high": 760}  # pixels


def write(folder: Path) -> Path:
    """Write a page per language, and each mail as a page of its own; return the English page."""
    writer = JinjaMailWriter(read_languages(), read_layouts())
    for tag, language in writer.languages.items():
        shown = []
        for template in sorted(language.mails):
            content = writer.write(*sample(template, tag))
            (folder / _file(tag, template)).write_text(content.html, "utf-8")
            shown.append(_shown(tag, template, content))
        page = writer.page(
            "gallery.html", language=language, tags=sorted(writer.languages), mails=shown, **SIZES
        )
        (folder / f"{tag}.html").write_text(page, "utf-8")
    return folder / "en.html"


def _shown(tag: str, template: str, content: MailBody) -> dict[str, str]:
    return {
        "template": template,
        "file": _file(tag, template),
        "subject": content.subject,
        "text": content.text,
    }


def _file(tag: str, template: str) -> str:
    return f"{tag}-{template}.html"
