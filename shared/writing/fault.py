"""A mistake in a template, with its line."""

from typing import NamedTuple


class Fault(NamedTuple):
    """A mistake: `sentence` is part of a sentence, without a full stop; line 0 is unknown."""

    line: int
    sentence: str

    def __str__(self) -> str:
        if not self.line:
            return self.sentence
        return f"line {self.line}: {self.sentence}"
