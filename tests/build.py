"""Rule bases and deals written by hand, in few words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from advisor.case import Act, Case, Content
from advisor.certify import Certifier
from advisor.codec import Codec
from advisor.compile import compile_rules
from advisor.digest import MARK
from advisor.evidence import MemberView, State, View, learnt
from advisor.infer import Reasoner
from advisor.inference import Inference
from advisor.late import BrokenError
from advisor.model import CASE, Condition, Fact, FactTest, Value
from advisor.paths import Library
from advisor.problems import NOWHERE, Location, Problems
from advisor.program import Program
from advisor.rule import Candidate, Rule, Then
from advisor.rulebase import Playbase, RuleFile
from tests.strategies import LISTS, WORDS, knowledge_of

MINI = Path(__file__).parent / "mini"


def mini_library() -> Library:
    """Return the folders of the small rule base."""
    return Library(MINI / "rules", MINI / "knowledge")


def decoded(codec: Codec, data: bytes, again: Callable[[], object] = lambda: None) -> Any:
    """Decode what stands in memory as the cache does what stands in a file, whatever the marks of its lines."""
    head, _, lines = data.partition(b"\n")

    def line(place: int) -> bytes:
        found = (b"\n" + lines)[place:]
        if found[:1] != b"\n":
            raise BrokenError
        return found[1:].partition(b"\n")[0][MARK:]

    return codec.decode(head, line, again)


def fact(path: str, kind: str = "bool", **more: Any) -> Fact:
    """Declare a fact; `kind` is a type, or the values of an ordered enum separated by `<`, or of another by `|`."""
    words = kind.split("<") if "<" in kind else kind.split("|") if "|" in kind else []
    prefix = path.partition(".")[0]
    declared: dict[str, Any] = {
        "path": path,
        "scope": next((name for name, member in LISTS.items() if member == prefix), CASE),
        "type": "enum" if words else kind,
        "label": WORDS,
        "ask": WORDS,
        "who": ("coach",),
        "cost": 1,
        "change": "theirs",
        "claim": False,
        "values": dict.fromkeys(words, WORDS),
        "ordered": "<" in kind,
    }
    return Fact(**{**declared, **more})


def yes(path: str) -> FactTest:
    """Test that a yes/no fact is yes."""
    return FactTest(path, "is", True)


def rule(id_: str, when: Condition, verdict: str | None = None, tier: str = "phase", **more: Any) -> Rule:
    """Write a rule; `finding`, `defeats`, `each` and `at` may be given by name."""
    then = Then(
        finding=more.get("finding"),
        candidate=Candidate(verdict, tier) if verdict else None,
        defeats=tuple(more.get("defeats", ())),
        ask=tuple(more.get("ask", ())),
    )
    at: Location = more.get("at", NOWHERE)
    return Rule(id_, WORDS, "stable", when, then, WORDS, (), (), each=more.get("each"), at=at)


def playbase(facts: Iterable[Fact], *rules: Rule) -> Playbase:
    """Put facts and rules together."""
    file = RuleFile("hand", None, WORDS, WORDS, (), rules, (), NOWHERE)
    return Playbase(knowledge_of({f.path: f for f in facts}), (file,))


def compiled(base: Playbase) -> Program:
    """Compile rules that have no cycle."""
    problems = Problems()
    program = compile_rules(base, problems)
    assert program is not None, problems.found
    return program


Facts = Mapping[str, "Value | State | None"]
"""What is known, by path: a value (confirmed), None for absent, or a whole state."""


def states(facts: Facts) -> dict[str, State]:
    """Return what is known of each fact."""
    return {path: given if isinstance(given, State) else learnt(given) for path, given in facts.items()}


def view(facts: Facts | None = None, incomplete: Iterable[str] = (), **lists: Iterable[Facts]) -> View:
    """Describe a deal; members are called by the word for one and their number, from 1."""
    members = {
        name: tuple(MemberView(f"{LISTS[name]}-{n}", None, None, states(m)) for n, m in enumerate(given, start=1))
        for name, given in lists.items()
    }
    hidden = set(incomplete)
    return View(states(facts or {}), members, {name: name not in hidden for name in {*members, *hidden}})


def on_engine_alone(reasoner: Reasoner, told: View, open_world: bool = False, whole: bool = False) -> Inference:
    """Return what the engine concludes, whatever its shadow says."""
    assert isinstance(reasoner.certifier, Certifier)
    return reasoner.certifier.infer(reasoner.encoded(told, open_world, whole), whole)


def case_of(content: Content | None = None, day: date = date(2026, 3, 1), history: tuple[Act, ...] = ()) -> Case:
    """Wrap what was written about a deal as a case."""
    return Case("acme", WORDS, None, day, "", content or Content({}, {}, {}), history, "acme.yaml")
