from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs


@pytest.fixture(autouse=True)
def no_logs() -> Iterator[None]:
    """Write no line for each of thousands of messages."""
    with capture_logs():
        yield
