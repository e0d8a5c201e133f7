"""The nouns of the product: facts, conditions, rules, knowledge. Frozen, without behaviour beyond look-up.

The words are those of the files (docs/rule-language.md, docs/knowledge.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from advisor.problems import NOWHERE, Location

Value = str | bool | int | Decimal | date
"""A typed fact value: enum value or text, yes/no, whole number, amount, day."""

FactType = Literal["enum", "bool", "int", "money", "date", "text"]
Change = Literal["ours", "theirs", "given"]
Operator = Literal["is", "in", "at_least", "above", "at_most", "below"]
Ask = Literal["known", "unknown", "stale", "contradicted", "evidence"]
Quantifier = Literal["any", "every", "none"]
Outcome = Literal["fires", "silent", "undecided"]
Status = Literal["draft", "stable", "deprecated"]
GuardLevel = Literal["refuse", "hold", "reword", "note"]

CASE = "case"
"""The scope of a fact that belongs to the case as a whole, not to a member of a list."""

GRADES: tuple[str, ...] = ("assumed", "told", "written", "confirmed")
"""The evidence ladder, weakest first (design 2)."""

FALLBACK = "qualify-first"
"""The verdict when no candidate is yes (design 4)."""


@dataclass(frozen=True)
class Text:
    """The same words in both languages."""

    en: str
    zh: str

    def get(self, lang: str) -> str:
        """Return the words in `en` or `zh`."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class Fact:
    """The declaration of a fact in the dictionary."""

    path: str
    scope: str
    type: FactType
    label: Text
    ask: Text
    who: tuple[str, ...]
    cost: int
    change: Change
    claim: bool
    values: dict[str, Text]
    ordered: bool = False
    absent: Text | None = None
    stale_after: int | None = None
    sensitive: str | None = None
    at: Location = field(default=NOWHERE, compare=False)

    def rank(self, value: Value) -> int | Decimal | date:
        """Order a value among its kind: position in an ordered enum, else the value itself."""
        if isinstance(value, str):
            return list(self.values).index(value)
        return value

    @property
    def comparable(self) -> bool:
        """Whether values of this fact have an order."""
        return self.type in ("int", "money", "date") or (self.type == "enum" and self.ordered)


@dataclass(frozen=True)
class Setting:
    """A threshold of ours: a number with its reason."""

    name: str
    value: Decimal
    label: Text
    why: Text


@dataclass(frozen=True)
class FactRef:
    """The right side of a comparison with another fact."""

    path: str


@dataclass(frozen=True)
class SettingRef:
    """The right side of a comparison with a setting, with the value that it had when loaded."""

    name: str
    value: Value


@dataclass(frozen=True)
class FactTest:
    """A test on a fact. `operand` is None for `is: none`; `in` takes a tuple of values."""

    path: str
    op: Operator
    operand: Value | tuple[Value, ...] | FactRef | SettingRef | None
    at: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class KnowledgeTest:
    """A test on what is known of a fact or list; never undecided. `grade` only for `evidence`."""

    ask: Ask
    path: str
    grade: str | None = None
    at: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class FindingTest:
    """Reads a conclusion of other rules."""

    name: str
    at: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Quantified:
    """`any`, `every` or `none` of a list's members such that `where` holds."""

    quantifier: Quantifier
    list: str
    where: Condition
    word: str | None = field(default=None, compare=False)
    at: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class All:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Either:
    """At least one part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Count:
    """At least `need` of the parts hold; `setting` names the threshold that `need` came from."""

    need: int
    parts: tuple[Condition, ...]
    setting: str | None = None


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: Condition


Test = FactTest | KnowledgeTest
Condition = All | Either | Count | Not | Quantified | FactTest | KnowledgeTest | FindingTest


def leaves(condition: Condition) -> Iterator[FactTest | KnowledgeTest | FindingTest | Quantified]:
    """Yield every test of a condition, quantifiers first and then what stands inside them."""
    if isinstance(condition, (All, Either, Count)):
        for part in condition.parts:
            yield from leaves(part)
    elif isinstance(condition, Not):
        yield from leaves(condition.part)
    else:
        yield condition
        if isinstance(condition, Quantified):
            yield from leaves(condition.where)


def paths_read(condition: Condition) -> set[str]:
    """Return the paths of all facts that a condition reads, compared facts included."""
    found: set[str] = set()
    for leaf in leaves(condition):
        if isinstance(leaf, (FactTest, KnowledgeTest)):
            found.add(leaf.path)
        if isinstance(leaf, FactTest) and isinstance(leaf.operand, FactRef):
            found.add(leaf.operand.path)
    return found


@dataclass(frozen=True)
class Source:
    """Where a rule comes from: a passage of a playbook, or `ours` with the reason."""

    passage: str | None
    quote: str | None = None
    ours: Text | None = None
    at: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Candidate:
    """A verdict that a rule puts forward, and what it overrides."""

    verdict: str
    tier: str
    at: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Action:
    """Who does what, for whom, by when; shown for the verdicts that it serves (none named: for all)."""

    do: Text
    who: str
    to: str | None
    by: str
    serves: tuple[str, ...]
    at: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Guard:
    """A legal limit: its level, the law behind it, and the lawful move that serves the same end."""

    level: GuardLevel
    law: str
    instead: Text
    at: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Then:
    """What a rule concludes."""

    finding: str | None = None
    candidate: Candidate | None = None
    supports: tuple[str, ...] = ()
    opposes: tuple[str, ...] = ()
    defeats: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    ask: tuple[str, ...] = ()
    warning: Text | None = None
    guard: Guard | None = None


@dataclass(frozen=True)
class Example:
    """A small case beside a rule, with the outcome that it must have."""

    name: str
    given: object
    expect: Outcome
    missing: tuple[str, ...]
    at: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Rule:
    """One rule; `each` names the list whose members it judges one by one."""

    id: str
    title: Text
    status: Status
    when: Condition
    then: Then
    because: Text
    source: tuple[Source, ...]
    examples: tuple[Example, ...]
    item: int | None = None
    each: str | None = None
    at: Location = field(default=NOWHERE, compare=False)

    @property
    def scope(self) -> str:
        """The list whose members the rule judges, or CASE."""
        return self.each or CASE


@dataclass(frozen=True)
class Finding:
    """A named intermediate conclusion."""

    id: str
    label: Text
    at: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class RuleFile:
    """The rules of one playbook item, as they stand in one file."""

    id: str
    item: int | None
    title: Text
    idea: Text
    findings: tuple[Finding, ...]
    rules: tuple[Rule, ...]
    source: tuple[Source, ...]
    at: Location


@dataclass(frozen=True)
class Verdict:
    """A verdict: label, one-line meaning, the decision asked of the board, the phases it belongs to."""

    id: str
    label: Text
    meaning: Text
    decision: Text
    phases: tuple[str, ...]


@dataclass(frozen=True)
class Tier:
    """A step of the general order in which candidates are weighed (inventory G4)."""

    id: str
    label: Text
    why: Text


@dataclass(frozen=True)
class Order:
    """The general order: tiers from first to last, and verdicts for several that stand in one tier."""

    tiers: tuple[Tier, ...]
    verdicts: tuple[str, ...]


@dataclass(frozen=True)
class ListDecl:
    """A list of a case: the word for one member, and the key that titles a member in text."""

    name: str
    member: str
    titled_by: str
    label: Text


@dataclass(frozen=True)
class Passage:
    """A place in a playbook, in our words; `gap` says what the playbook leaves out there."""

    id: str
    item: int
    locators: tuple[str, ...]
    says: Text
    gap: Text | None
    conflict: Text | None


@dataclass(frozen=True)
class Playbook:
    """One of the playbooks, and how complete its text is."""

    key: str
    title: Text
    state: Text
    passages: dict[str, Passage]


@dataclass(frozen=True)
class Item:
    """An item of the playbooks' inventory; `why` says why no rule follows from a context-only item."""

    number: int
    slug: str
    title: Text
    playbooks: tuple[str, ...]
    logic: bool
    why: Text | None


@dataclass(frozen=True)
class Horizon:
    """How soon an action is due, in days from the case's date."""

    id: str
    days: int
    label: Text


@dataclass(frozen=True)
class How:
    """A way in which a fact was obtained."""

    id: str
    label: Text


@dataclass(frozen=True)
class Quarantine:
    """When facts obtained in certain ways stay out of inference (design 5)."""

    when: Condition
    how: tuple[str, ...]
    sensitive_without_how: bool


@dataclass(frozen=True)
class Evidence:
    """The words for grades of evidence and ways of obtaining facts, and the quarantine."""

    grades: dict[str, Text]
    how: dict[str, How]
    quarantine: Quarantine


@dataclass(frozen=True)
class Law:
    """A law or principle behind a guard; knowledge, not legal advice."""

    id: str
    cite: Text
    says: Text


@dataclass(frozen=True)
class Term:
    """An entry of the glossary."""

    id: str
    term: Text
    means: Text
    items: tuple[int, ...]


@dataclass(frozen=True)
class Knowledge:
    """Everything in knowledge/ and the general order."""

    facts: dict[str, Fact]
    lists: dict[str, ListDecl]
    verdicts: dict[str, Verdict]
    phases: dict[str, tuple[Text, Text]]
    our_roles: dict[str, Text]
    their_roles: dict[str, Text]
    settings: dict[str, Setting]
    horizons: dict[str, Horizon]
    evidence: Evidence
    laws: dict[str, Law]
    disclaimer: Text
    items: dict[int, Item]
    playbooks: dict[str, Playbook]
    terms: dict[str, Term]
    order: Order

    def passage(self, id_: str) -> Passage | None:
        """Return the passage `<playbook>/<slug>`, or None."""
        key, _, slug = id_.partition("/")
        book = self.playbooks.get(key)
        return book.passages.get(slug) if book else None

    def scope_of(self, path: str) -> str:
        """Return the list whose members carry this fact, or CASE."""
        prefix = path.partition(".")[0]
        return next((d.name for d in self.lists.values() if d.member == prefix), CASE)

    def members(self, list_: str) -> dict[str, Fact]:
        """Return the facts that members of a list carry, by path."""
        return {path: fact for path, fact in self.facts.items() if fact.scope == list_}


@dataclass(frozen=True)
class Playbase:
    """Knowledge and rules together: what the compiler reads."""

    knowledge: Knowledge
    files: tuple[RuleFile, ...]

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All rules in the order of their files; deprecated ones are not run."""
        return tuple(r for f in self.files for r in f.rules if r.status != "deprecated")

    @property
    def findings(self) -> dict[str, Finding]:
        """All findings by id."""
        return {f.id: f for file in self.files for f in file.findings}
