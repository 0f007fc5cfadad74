"""The codes of printed invoices, read by ZXing, as a bank's app would."""

import io
import subprocess
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from services.documents.adapters.engine import Engine
from services.documents.domain.language import Language
from services.documents.domain.wording import write
from shared.contracts import samples
from tests.documents.builders import an_invoice

EPC = {"iban": "DE02 1203 0000 0000 2020 51", "bic": "BYLADEM1001", "pay_code": "epc"}
SWISS = {"iban": "CH9300762011623852957", "pay_code": "swiss"}


@pytest.mark.parametrize("account", [EPC, SWISS])
def test_a_printed_code_reads_as_what_it_was_made_from(
    account: dict[str, Any], engine: Engine, languages: dict[str, Language]
) -> None:
    unpaid = an_invoice(shop=samples.SHOP_PROFILE | {"bank": account}, payments=[])
    (found,) = zxingcpp.read_barcodes(as_paper(engine.render(unpaid).content))
    bank = write(unpaid, languages["en"]).bank
    assert bank is not None
    assert (found.format, found.text, found.ec_level) == (
        zxingcpp.BarcodeFormat.QRCode,
        bank.code,
        "M",
    )


def as_paper(pdf: bytes) -> Image.Image:
    """The first page, as a cheap printer has it."""
    command = ["pdftoppm", "-r", "150", "-gray", "-l", "1", "-png", "-"]
    return Image.open(
        io.BytesIO(subprocess.run(command, input=pdf, capture_output=True, check=True).stdout)
    )
