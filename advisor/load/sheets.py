"""Answer sheets of learners."""

from __future__ import annotations

from pathlib import Path

from advisor import paths, yamlfile
from advisor.answers import Answer, AnswerSheet, seal
from advisor.exercise import Choice, Exercise, ExerciseAct
from advisor.load.reader import Reader, shorten
from advisor.problems import InputError, Problems
from advisor.yamlfile import Mapping, Node, Scalar

_KEYS = ("exercise", "learner", "acts")
_ANSWER = ("verdict", "confidence", "reasons", "step", "seal")
MAX_LEARNER = 80
"""Characters of a learner's name."""


def exercise_of(path: Path) -> str:
    """Return which exercise a sheet answers; raise InputError if that cannot be read."""
    problems = Problems()
    reader = Reader(problems)
    m = _top(path, reader)
    id_ = reader.get(m, "exercise", lambda n: reader.slug(n, '"exercise"'), "")
    problems.raise_if_any()
    return id_


def load_sheet(path: Path, of: Exercise) -> AnswerSheet:
    """Read a sheet against its exercise; raise InputError with every problem in it."""
    problems = Problems()
    sheet = SheetReader(Reader(problems), of).sheet(_top(path, Reader(problems)), paths.display(path))
    problems.raise_if_any()
    return sheet


def _top(path: Path, reader: Reader) -> Mapping:
    node = yamlfile.read(path, paths.display(path), reader.problems)
    if node is None:
        reader.problems.raise_if_any()
        raise InputError([])
    return reader.mapping(node, "an answer sheet", _KEYS)


class SheetReader:
    """Reads a sheet against the verdicts and the choices of its exercise."""

    def __init__(self, reader: Reader, of: Exercise) -> None:
        self.reader = reader
        self.of = of

    def sheet(self, m: Mapping, file: str) -> AnswerSheet:
        """Read a whole sheet; acts after the last answer may be left out."""
        r = self.reader
        nodes = r.get(m, "acts", lambda n: r.sequence(n, '"acts"'), ())
        if len(nodes) > len(self.of.acts):
            at = nodes[len(self.of.acts)].at
            r.bad(at, "acts-differ", f"the exercise has {len(self.of.acts)} acts, and this is one more")
        answers = tuple(self._answer(node, act) for node, act in zip(nodes, self.of.acts, strict=False))
        learner = r.get(m, "learner", lambda n: r.string(n, '"learner"'), "")
        if len(learner) > MAX_LEARNER:
            r.bad(m.key_at["learner"], "text-too-long", f'"learner" is longer than {MAX_LEARNER} characters')
        sheet = AnswerSheet(self.of.id, learner, answers, file)
        for number, answer in enumerate(answers, start=1):
            if answer.seal is not None and answer.seal != seal(sheet, number):
                message = f"act {number}, or one before it, was changed after it was committed"
                r.bad(answer.at, "seal-broken", message)
        return sheet

    def _answer(self, node: Node, act: ExerciseAct) -> Answer:
        r = self.reader
        if _blank(node):
            return Answer(at=node.at)
        m = r.mapping(node, f"act {act.number}", (), _ANSWER)
        filled = Mapping({k: v for k, v in m.entries.items() if not _blank(v)}, m.key_at, m.at)
        verdicts = [verdict.id for verdict in self.of.verdicts]
        return Answer(
            verdict=r.get(filled, "verdict", lambda n: r.choice(n, verdicts, "a verdict", "unknown-verdict"), None),
            confidence=r.get(filled, "confidence", lambda n: r.integer(n, '"confidence"', 0, 100), None),
            reasons=r.get(filled, "reasons", lambda n: self._letters(n, act.reasons), ()),
            step=r.get(filled, "step", lambda n: self._letter(n, act.steps), None),
            seal=r.get(filled, "seal", lambda n: r.string(n, '"seal"'), None),
            at=node.at,
        )

    def _letters(self, node: Node, choices: tuple[Choice, ...]) -> tuple[str, ...]:
        found = [self._letter(n, choices) for n in self.reader.sequence(node, '"reasons"')]
        for letter in dict.fromkeys(letter for letter in found if found.count(letter) > 1):
            self.reader.bad(node.at, "duplicate-value", f"{shorten(letter)} is picked twice")
        return tuple(found)

    def _letter(self, node: Node, choices: tuple[Choice, ...]) -> str:
        return self.reader.choice(node, [choice.letter for choice in choices], "a choice")


def _blank(node: Node) -> bool:
    return isinstance(node, Scalar) and node.plain and node.text in ("", "null", "~")
