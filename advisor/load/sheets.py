"""Answer sheets of learners."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from advisor import paths, yamlfile
from advisor.answers import Answer, AnswerSheet, seal
from advisor.exercise import Choice, Exercise, ExerciseAct
from advisor.load.reader import Reader, either_of, shorten
from advisor.picks import read_letter, read_letters, read_percent, read_verdict
from advisor.problems import InputError, Location, Problem, Problems
from advisor.yamlfile import Mapping, Node, Scalar

T = TypeVar("T")
_KEYS = ("exercise", "learner", "acts")
_ANSWER = ("verdict", "confidence", "reasons", "step", "seal")
MAX_LEARNER = 80
"""Characters of a learner's name."""


@dataclass(frozen=True)
class OpenSheet:
    """A file that says which exercise it answers; the answers are not read yet."""

    exercise: str
    file: str
    entries: Mapping

    def read(self, of: Exercise) -> AnswerSheet:
        """Read the answers against their exercise; raise InputError with every problem in them."""
        problems = Problems()
        sheet = SheetReader(Reader(problems), of).sheet(self.entries, self.file)
        problems.raise_if_any()
        return sheet


def open_sheet(path: Path) -> OpenSheet:
    """Read which exercise a file answers; raise InputError if it is no answer sheet."""
    problems, name = Problems(), paths.display(path)
    reader = Reader(problems)
    node = yamlfile.read(path, name, problems)
    problems.raise_if_any()
    if not isinstance(node, Mapping) or "exercise" not in node.entries:
        message = 'this is no answer sheet: it has no key "exercise"'
        raise InputError([Problem(node.at if node else Location(name), "not-a-sheet", message)])
    m = reader.mapping(node, "an answer sheet", _KEYS)
    id_ = reader.slug(m.entries["exercise"], '"exercise"')
    problems.raise_if_any()
    return OpenSheet(id_, name, m)


class SheetReader:
    """Reads a sheet against the verdicts and the choices of its exercise."""

    def __init__(self, reader: Reader, of: Exercise) -> None:
        self.reader = reader
        self.of = of

    def sheet(self, m: Mapping, file: str) -> AnswerSheet:
        """Read a whole sheet; acts after the last answer may be left out."""
        r = self.reader
        nodes = r.get(m, "acts", lambda n: () if _blank(n) else r.sequence(n, '"acts"'), ())
        if len(nodes) > len(self.of.acts):
            at = nodes[len(self.of.acts)].at
            r.bad(at, "acts-differ", f"the exercise has {len(self.of.acts)} acts, and this is one more")
        answers = tuple(self._answer(node, act) for node, act in zip(nodes, self.of.acts, strict=False))
        sheet = AnswerSheet(self.of.id, r.get(m, "learner", self._learner, ""), answers, file)
        if not r.problems:
            self._check_seals(sheet)
        return sheet

    def _learner(self, node: Node) -> str:
        if isinstance(node, Scalar) and len(node.text) > MAX_LEARNER:
            self.reader.bad(node.at, "text-too-long", f'"learner" is longer than {MAX_LEARNER} characters')
            return ""
        return " ".join(self.reader.string(node, '"learner"').split())

    def _check_seals(self, sheet: AnswerSheet) -> None:
        """Report the first seal that does not fit; those after it cannot fit either."""
        for number, answer in enumerate(sheet.answers, start=1):
            if answer.seal is not None and answer.seal != seal(sheet, number):
                message = f"act {number}, one before it, or the name was changed after it was committed"
                self.reader.bad(answer.at, "seal-broken", message)
                return

    def _answer(self, node: Node, act: ExerciseAct) -> Answer:
        r = self.reader
        if _blank(node):
            return Answer(at=node.at)
        m = r.mapping(node, f"act {act.number}", (), _ANSWER)
        filled = Mapping({k: v for k, v in m.entries.items() if not _blank(v)}, m.key_at, m.at)
        return Answer(
            verdict=r.get(filled, "verdict", self._verdict, None),
            confidence=r.get(filled, "confidence", self._percent, None),
            reasons=r.get(filled, "reasons", lambda n: self._reasons(n, act.reasons), ()),
            step=r.get(filled, "step", lambda n: self._step(n, act.steps), None),
            seal=r.get(filled, "seal", lambda n: r.string(n, '"seal"'), None),
            at=node.at,
        )

    def _verdict(self, node: Node) -> str | None:
        verdicts = self.of.verdicts
        return self._typed(node, lambda t: read_verdict(t, verdicts)) or (
            self.reader.choice(node, [v.id for v in verdicts], "a verdict", "unknown-verdict") or None
        )

    def _percent(self, node: Node) -> int | None:
        found = self._typed(node, read_percent)
        return self.reader.integer(node, '"confidence"', 0, 100) if found is None else found

    def _reasons(self, node: Node, choices: tuple[Choice, ...]) -> tuple[str, ...]:
        """Read a list of letters, or letters in one word; a letter that stands twice is most likely a slip."""
        if isinstance(node, Scalar):
            found = self._typed(node, lambda t: read_letters(t, choices))
            return found if found is not None else self._no_choice(node, choices, ())
        letters = [self._step(n, choices) for n in self.reader.sequence(node, '"reasons"')]
        for letter in dict.fromkeys(letter for letter in letters if letter and letters.count(letter) > 1):
            self.reader.bad(node.at, "duplicate-value", f"{shorten(letter)} is picked twice")
        return tuple(letter for letter in letters if letter)

    def _step(self, node: Node, choices: tuple[Choice, ...]) -> str | None:
        found = self._typed(node, lambda t: read_letter(t, choices))
        return found if found is not None else self._no_choice(node, choices, None)

    def _typed(self, node: Node, read: Callable[[str], T | None]) -> T | None:
        return read(node.text) if isinstance(node, Scalar) else None

    def _no_choice(self, node: Node, choices: Iterable[Choice], default: T) -> T:
        text = self.reader.string(node, "a choice")
        if text:
            allowed = either_of(choice.letter for choice in choices)
            self.reader.bad(node.at, "unknown-name", f"{shorten(text)} is none of the choices; allowed: {allowed}")
        return default


def _blank(node: Node) -> bool:
    return isinstance(node, Scalar) and node.plain and node.text in ("", "null", "~")
