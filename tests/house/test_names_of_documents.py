"""A mail calls its attachment as the attachment calls itself, in every language."""

from typing import get_args

import pytest

from services.documents.adapters.templates import read_languages as of_documents
from services.notify.adapters.mail_writer import read_languages as of_mails
from shared.contracts.values import DocumentKind


@pytest.mark.parametrize("language", sorted(of_mails()))
def test_a_mail_calls_a_document_by_its_title(language: str) -> None:
    titles, names = of_documents()[language].texts, of_mails()[language].documents
    differing = {}
    for kind in get_args(DocumentKind):
        if titles[kind].casefold() != names[kind].casefold():
            differing[kind] = (titles[kind], names[kind])
    assert not differing
