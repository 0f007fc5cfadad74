"""Fetched mails are counted, with the time that new ones lay in their mailbox."""

from datetime import timedelta

from services.ingest.adapters.mail_fetcher import MailFetcher
from services.ingest.adapters.oauth import AccessTokens
from services.ingest.domain.mailbox_state import Checkpoint, Fetched, FetchRequest, FetchResult
from shared.runtime import metrics
from shared.runtime.clock import utc_now
from tests.ingest.builders import SERVICE


def value(name: str) -> float:
    return metrics.registry.get_sample_value(f"aftercart_{name}", {"mailbox": "service"}) or 0


def test_mails_from_before_the_first_poll_have_no_delay() -> None:
    fetcher = MailFetcher(AccessTokens())
    request = FetchRequest(SERVICE, Checkpoint("INBOX", 1, 0, 2), None, 0, 1)
    old, new = utc_now() - timedelta(days=900), utc_now() - timedelta(seconds=30)
    mails = (
        Fetched(1, b"a", 1, old),
        Fetched(2, b"b", 1, old),
        Fetched(3, b"c", 1, new),
        Fetched(4, b"d", 1, None),
    )
    fetcher._ways["imap"] = lambda _request: FetchResult(request, request.checkpoint, mails)
    names = ("fetched_mails_total", "mailbox_lag_seconds_count", "mailbox_lag_seconds_sum")
    before = [value(name) for name in names]
    fetcher(request)
    fetched, counted, waited = [value(name) - one for name, one in zip(names, before, strict=True)]
    assert (fetched, counted) == (4, 1)
    assert 30 <= waited < 60
