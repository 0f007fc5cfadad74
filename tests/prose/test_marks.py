"""The check of the language finds each mark, and leaves plain English and code alone."""

from pathlib import Path

import pytest

from tests.prose.__main__ import main

IDIOM = (
    "What is told to whoever may ask.",
    "The customer, whose order it is.",
    "He gets his mail.",
    "It tells the shop.",
    "Kept until the end. It keeps all. It is kept.",
)


@pytest.mark.parametrize("sentence", IDIOM)
@pytest.mark.parametrize("suffix", [".py", ".md"])
def test_a_mark_of_the_private_idiom_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], sentence: str, suffix: str
) -> None:
    file = tmp_path / f"prose{suffix}"
    file.write_text(f'"""{sentence}"""\n' if suffix == ".py" else f"# Title\n\n{sentence}\n")

    assert main([str(tmp_path)]) == 1
    assert sentence in capsys.readouterr().out


def test_plain_english_and_code_pass(tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text('"""Return the order, or `None` if `who` is unknown."""\n')
    (tmp_path / "plain.md").write_text("# Orders\n\nPublish a command.\n\n```\nhe told whom\n```\n")

    assert main([str(tmp_path)]) == 0
