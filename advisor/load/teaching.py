"""The `teaching` block of a case file to a lesson."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from advisor import paths, yamlfile
from advisor.case import Case
from advisor.lexicon import say
from advisor.load.cases import EXAMPLE_DAY, CaseReader
from advisor.load.reader import Reader
from advisor.model import Text
from advisor.problems import InputError, Problems
from advisor.rulebase import Knowledge
from advisor.teaching import MAX_CHOICES, Lesson, TeachingAct, Temptation, WrongReason, WrongStep
from advisor.yamlfile import Mapping, Node, Scalar

BLOCK = "teaching"
_REQUIRED = ("begins", "items", "playbook", "authored", "lesson", "acts")
_ACT = ("story", "wrong", "steps", "notes")


def load_lesson(path: Path, knowledge: Knowledge) -> Lesson:
    """Read a teaching case; raise InputError with every problem in it, or if it is no teaching case."""
    problems, name = Problems(), paths.display(path)
    node = yamlfile.read(path, name, problems)
    problems.raise_if_any()
    if node is None:
        raise InputError([])
    reader = Reader(problems)
    case = CaseReader(reader, knowledge).case(node, name)
    block = reader.mapping(node, "a teaching case", (BLOCK,), None).entries.get(BLOCK)
    lesson = TeachingReader(reader, knowledge).lesson(block, case) if block else None
    problems.raise_if_any()
    if lesson is None:
        raise InputError([])
    return lesson


def lessons_in(folder: Path) -> dict[str, Path]:
    """Find the teaching cases of a folder by the ids of their cases; of two with one id the first counts.

    These are the files that have the block, whether or not it can be read; a file that is no YAML goes by its name.
    """
    found: dict[str, Path] = {}
    for path in paths.case_files([folder]):
        problems, name = Problems(), paths.display(path)
        text = yamlfile.read_text(path, name, problems) or ""
        if f"\n{BLOCK}:" in text.replace("\r", "\n"):
            node = yamlfile.parse(text, name, problems)
            id_ = node.entries.get("case") if isinstance(node, Mapping) else None
            found.setdefault(id_.text if isinstance(id_, Scalar) else path.stem, path)
    return found


@dataclass(frozen=True)
class TeachingReader:
    """Reads a teaching block against the verdicts, the laws and the items of the playbooks."""

    reader: Reader
    knowledge: Knowledge

    def lesson(self, node: Node, case: Case) -> Lesson:
        """Read the block of a case; its acts are the beginning and each act of the case's history."""
        r = self.reader
        m = r.mapping(node, f'"{BLOCK}"', _REQUIRED)
        begins = r.get(m, "begins", lambda n: r.day(n, '"begins"'), EXAMPLE_DAY)
        days = [(begins, say("exercise.begins")), *((act.on, act.title) for act in case.history)]
        nodes = r.get(m, "acts", lambda n: r.sequence(n, '"acts"'), ())
        if len(nodes) != len(days):
            message = f"{len(nodes)} acts are told, and the case has {len(days)}: its beginning and each act of history"
            r.bad(m.key_at.get("acts", m.at), "acts-differ", message)
        self._check_days(m, case, begins)
        items = r.get(m, "items", lambda n: r.sequence(n, '"items"'), ())
        return Lesson(
            case=case,
            items=tuple(self._item(item) for item in items),
            playbook=self._text(m, "playbook"),
            authored=self._text(m, "authored"),
            lesson=self._text(m, "lesson"),
            acts=tuple(self._act(n, on, title) for n, (on, title) in zip(nodes, days, strict=False)),
        )

    def _check_days(self, m: Mapping, case: Case, begins: date) -> None:
        if any(act.on <= begins for act in case.history):
            message = f"an act of history is not after the day on which the exercise begins ({begins})"
            self.reader.bad(m.key_at.get("begins", m.at), "begins-late", message)

    def _act(self, node: Node, on: date, title: Text) -> TeachingAct:
        r = self.reader
        m = r.mapping(node, "an act", _ACT, ("tempting",))
        return TeachingAct(
            on=on,
            title=title,
            story=self._text(m, "story"),
            tempting=self._temptation(m.entries["tempting"]) if "tempting" in m.entries else None,
            wrong=tuple(map(self._wrong, self._choices(m, "wrong"))),
            steps=tuple(map(self._step, self._choices(m, "steps"))),
            notes=self._text(m, "notes"),
        )

    def _choices(self, m: Mapping, key: str) -> tuple[Node, ...]:
        nodes = self.reader.get(m, key, lambda n: self.reader.sequence(n, f'"{key}"'), ())
        if len(nodes) > MAX_CHOICES:
            message = f'"{key}" lists {len(nodes)} choices; at most {MAX_CHOICES}'
            self.reader.bad(m.key_at[key], "too-many-members", message)
        return nodes

    def _temptation(self, node: Node) -> Temptation:
        r, m = self.reader, self.reader.mapping(node, '"tempting"', ("verdict", "why"))
        verdicts = self.knowledge.verdicts
        verdict = r.get(m, "verdict", lambda n: r.choice(n, verdicts, "a verdict", "unknown-verdict"), "")
        return Temptation(verdict, self._text(m, "why"))

    def _wrong(self, node: Node) -> WrongReason:
        m = self.reader.mapping(node, "a wrong reason", ("text", "why", "item"))
        return WrongReason(self._text(m, "text"), self._text(m, "why"), self.reader.get(m, "item", self._item, 0))

    def _step(self, node: Node) -> WrongStep:
        r, m = self.reader, self.reader.mapping(node, "a wrong step", ("do", "why"), ("law",))
        law = r.get(m, "law", lambda n: r.choice(n, self.knowledge.laws, "a law", "unknown-name"), None)
        return WrongStep(self._text(m, "do"), self._text(m, "why"), law)

    def _item(self, node: Node) -> int:
        number = self.reader.integer(node, "an item", 1, 999)
        if number not in self.knowledge.items:
            self.reader.bad(node.at, "unknown-item", f"there is no item {number} in the playbooks")
        return number

    def _text(self, m: Mapping, key: str) -> Text:
        return self.reader.get(m, key, lambda n: self.reader.text(n, f'"{key}"'), Text("", ""))
