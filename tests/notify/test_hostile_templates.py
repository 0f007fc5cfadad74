"""Templates of shops that overflow a stack, hang or take all memory end no worker and lose no
mail.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from services.notify.adapters.branded_writer import BrandedMailWriter
from services.notify.domain.branding import LAYOUT, Branding, Replacement
from services.notify.domain.sample import sample
from shared.runtime.process.process_pool import Limits
from tests.notify.builders import WRITER, FakeAdapters, NotifyHarness
from tests.words import sqlite_url

# Each fits into the 100,000 characters of a template.
HOSTILE = {
    # css-inline serializes elements by recursion
    "overflows": Replacement(html="{{ paragraphs }}" + "<div>" * 15_000),
    # an HTML parser opens all unclosed formatting elements again in each paragraph
    "takes_memory": Replacement(
        html=f"<p>{''.join(f'<b id={number}>' for number in range(4000))}</p>{'<p>x' * 10_000}"
    ),
    "hangs": Replacement(
        html="<p>x" * 20_000, css=f"p {{ {' '.join(f'a{each}: b;' for each in range(8000))} }}"
    ),
    "nests": Replacement(html="{% if a %}" * 4000 + "{% endif %}" * 4000),
}
GROWS = Replacement(
    html=f"{{% for a in items %}}{{% for b in items %}}{'x' * 90_000}{{% endfor %}}{{% endfor %}}"
)
LIMITS = Limits(seconds=5, busy=1, memory=512, jobs=100)


@pytest.fixture(scope="module")
def writer() -> Iterator[BrandedMailWriter]:
    made = BrandedMailWriter(WRITER.built_in, LIMITS)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("name", "code"), [("overflows", "template_failed"), ("nests", "broken_template")]
)
def test_a_hostile_template_is_refused(
    tmp_path: Any, writer: BrandedMailWriter, name: str, code: str
) -> None:
    desk = NotifyHarness.at(sqlite_url(tmp_path), FakeAdapters(mail_writer=writer))
    template = {"service": "notify", "template": LAYOUT} | HOSTILE[name].model_dump()
    (refused,) = desk.tell("template.put", template)
    assert refused.name == "template.put_refused"
    assert refused.data["code"] == code
    desk.engine.dispose()


@pytest.mark.parametrize("name", [*HOSTILE, "grows"])
def test_a_hostile_template_loses_no_mail_and_is_not_tried_for_each(
    writer: BrandedMailWriter, name: str
) -> None:
    """It may have passed its trial: a real order is larger than a sample."""
    branding = Branding().replacing(LAYOUT, "", (HOSTILE | {"grows": GROWS})[name])
    facts, documents = sample("order_conf", "en")
    facts = facts.model_copy(update={"lines": facts.lines * 100})
    plain = WRITER.write(facts, documents)
    with structlog.testing.capture_logs() as logs:
        assert writer.write(facts, documents, branding) == plain
        assert writer.write(facts, documents, branding) == plain
    reasons = [line["error"] for line in logs if line["outcome"] == "built_in_used"]
    expected = 2 if name == "nests" else 1  # an ordinary error takes no time
    assert len(reasons) == expected, reasons
