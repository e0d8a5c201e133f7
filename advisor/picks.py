"""What a learner typed or wrote, read: a verdict by number, word or label, a percentage, letters of choices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from advisor.exercise import Choice
from advisor.lines import VerdictLine

_BETWEEN = " ,，、;；"
"""What may stand between letters."""


def read_verdict(typed: str, verdicts: Sequence[VerdictLine]) -> str | None:
    """Return the id of a verdict that is given by its number in the list, its word, or its label in a language."""
    words = _plain(typed)
    if words.isascii() and words.isdigit() and len(words) < 4:
        number = int(words)
        return verdicts[number - 1].id if 0 < number <= len(verdicts) else None
    names = {_plain(name): v.id for v in verdicts for name in (v.id, v.label.en, v.label.zh)}
    return names.get(words)


def read_percent(typed: str) -> int | None:
    """Return a whole number from 0 to 100, with or without its sign."""
    number = typed.strip().rstrip("%％").rstrip()
    return int(number) if number.isdecimal() and len(number) < 4 and int(number) <= 100 else None


def read_letters(typed: str, choices: Iterable[Choice]) -> tuple[str, ...] | None:
    """Return letters of choices, with or without blanks and commas between them; each counts once."""
    letters = tuple(dict.fromkeys(sign for sign in typed.lower() if sign not in _BETWEEN))
    return letters if set(letters) <= {choice.letter for choice in choices} else None


def read_letter(typed: str, choices: Iterable[Choice]) -> str | None:
    """Return the letter of one choice."""
    letters = read_letters(typed, choices)
    return letters[0] if letters is not None and len(letters) == 1 else None


def _plain(words: str) -> str:
    return " ".join(words.split()).casefold()
