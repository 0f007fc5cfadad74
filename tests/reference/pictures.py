"""Draw the pictures of `docs/pictures`: `python -m tests.reference.pictures`.

They show the design of `docs/howto/brand.md`, by the renderers of the services. Needs `pdftoppm`
and `pdftocairo` (Debian: poppler-utils).
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import weasyprint
from PIL import Image, ImageChops

from services.documents.adapters.engine import Engine
from services.documents.domain.branding import Asset, Branding, Template
from services.documents.domain.sample import sample as sample_document
from services.notify.adapters.mail_writer import JinjaMailWriter, read_languages, read_layouts
from services.notify.domain.branding import Branding as MailBranding, Replacement
from services.notify.domain.pictures import Picture, to_attach, with_data_uris
from services.notify.domain.sample import sample as sample_mail
from shared.contracts import samples
from shared.contracts.shop_profile import ShopProfile
from tests.reference.brand_page import DOCS, files

FOLDER = DOCS / "pictures"
WIDTH = 680  # pixels of a mail
COLOURS = 64  # of a picture: they stay small
LOGOS = {"en": "Corner Shop", "fa": "فروشگاه نیلوفر"}
LOGO = """<style>
@page {{ size: 380px 64px; margin: 0 }}
body {{ margin: 0; font: 600 40px/60px "Noto Sans", "Noto Sans Arabic"; color: {colour} }}
i {{
  display: inline-block; width: 44px; height: 44px; margin: 0 12px; vertical-align: middle;
  background: #c2410c; border-radius: 22px 22px 22px 0;
}}
</style><body dir="{direction}"><i></i>{name}"""
SHOPS: dict[str, dict[str, Any]] = {
    "en": {"website": "shop.test"},
    "fa": {
        "name": LOGOS["fa"],
        "address": {
            "name": LOGOS["fa"],
            "line1": "خیابان کریم‌خان، پلاک ۲۱",
            "postcode": "1598983611",
            "city": "تهران",
            "country": "IR",
        },
        "registration": "14005678901",
        "timezone": "Asia/Tehran",
        "website": "shop.test",
        "toman": True,
        "bank": {"iban": "IR580540105180021273113007", "bic": "BKPAIRTH", "pay_code": "none"},
    },
}
WORDS: dict[str, dict[str, str]] = {
    "en": {},
    "fa": {"carrier": "پست پیشتاز", "payment_method": "کارت به کارت"},
}


def write(folder: Path = FOLDER) -> list[Path]:
    """Draw all pictures into a folder, and return them."""
    folder.mkdir(exist_ok=True)
    engine, writer = Engine(), JinjaMailWriter(read_languages(), read_layouts())
    drawn = []
    for language in ("en", "fa"):
        drawn.append(_draw_invoice(engine, language, folder / f"invoice-{language}.png"))
        drawn.append(_draw_mail(writer, language, folder / f"mail-{language}.png"))
    return drawn


def logo(language: str, colour: str = "#14532d") -> bytes:
    """Return the logo of a sample shop as PNG."""
    direction = "rtl" if language == "fa" else "ltr"
    html = LOGO.format(colour=colour, direction=direction, name=LOGOS[language])
    with TemporaryDirectory() as place:
        pdf, picture = Path(place) / "logo.pdf", Path(place) / "logo"
        weasyprint.HTML(string=html).write_pdf(pdf)
        _run("pdftocairo", "-png", "-transp", "-singlefile", "-r", "192", pdf, picture)
        return picture.with_suffix(".png").read_bytes()


def _draw_invoice(engine: Engine, language: str, path: Path) -> Path:
    shop = samples.SHOP_PROFILE | {"toman": language == "fa"}
    sample = sample_document("invoice", language)
    payment = sample.payments[0].model_dump() | {"amount": sample.gross}
    if language == "fa":
        payment["method"] = WORDS["fa"]["payment_method"]
    snapshot = sample_document(
        "invoice",
        language,
        shop=shop | SHOPS[language],
        payments=[payment],
        pay_until=None,
        due=sample.gross.model_copy(update={"amount": 0}),
        **WORDS[language],
    )
    branding = Branding(
        Template(css=files()["brand.css"]),
        {"logo": Asset(logo(language), "image/png", LOGOS[language])},
    )
    _draw(engine.render(snapshot, branding).content, path, resolution=72)
    return path


def _draw_mail(writer: JinjaMailWriter, language: str, path: Path) -> Path:
    source = files()
    picture = Picture(logo(language, "#ffffff"), "image/png", 760, 128, LOGOS[language])
    branding = MailBranding(pictures={"logo": picture}).replacing(
        "layout", "", Replacement(html=source["layout.html"], css=source["layout.css"])
    )
    profile = ShopProfile.model_validate(
        samples.SHOP_PROFILE | {"toman": language == "fa"} | SHOPS[language]
    )
    facts, documents = sample_mail("order_conf", language, profile)
    order = facts.order and facts.order.model_copy(update=WORDS[language])
    written = writer.write(facts.model_copy(update={"order": order}), documents, branding)
    html = with_data_uris(written.html, to_attach(written.html, branding.pictures))
    sheet = weasyprint.CSS(string=f"@page {{ size: {WIDTH}px 2000px; margin: 0 }}")
    _draw(
        weasyprint.HTML(string=html).write_pdf(
            stylesheets=[sheet],
            presentational_hints=True,  # mail clients follow widths and heights in HTML
        ),
        path,
        resolution=96,
    )
    return path


def _draw(pdf: bytes, path: Path, resolution: int) -> None:
    """Write the first page of a PDF as a small PNG, without its empty end."""
    path.with_suffix(".pdf").write_bytes(pdf)
    _run(
        "pdftoppm", "-r", str(resolution), "-png", "-singlefile",
        path.with_suffix(".pdf"), path.with_suffix(""),
    )  # fmt: skip
    path.with_suffix(".pdf").unlink()
    with Image.open(path) as picture:
        page = picture.convert("RGB")
    ground = Image.new("RGB", page.size, page.getpixel((0, page.height - 1)))
    box = ImageChops.difference(page, ground).getbbox()
    if box:
        page = page.crop((0, 0, page.width, min(page.height, box[3] + 24)))
    page.quantize(COLOURS).save(path, optimize=True)


def _run(*command: str | Path) -> None:
    subprocess.run([str(word) for word in command], check=True, capture_output=True)


if __name__ == "__main__":
    for path in write():
        sys.stdout.write(f"{path.name}: {path.stat().st_size:,} bytes\n")
