"""Knowledge and rules together: what the files in knowledge/ and rules/ hold, and what the compiler reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from functools import cached_property

from advisor.model import CASE, Condition, Fact, Setting, Text
from advisor.problems import NOWHERE, Location
from advisor.record import dataclass
from advisor.reference import Conflict, Method, Pack, Term
from advisor.rule import Rule, Source


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
    """A verdict: label, one-line meaning, the decision asked of the board, the phases it belongs to.

    One that `closes` ends the pursuit: what would only change an action is not asked any more. One that `holds_back`
    commits nothing to winning the deal now; so does each that closes.
    """

    id: str
    label: Text
    meaning: Text
    decision: Text
    phases: tuple[str, ...]
    closes: bool = False
    holds_back: bool = False


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
class Phase:
    """A phase of the customer's decision, and the finding that says that the customer is in it."""

    id: str
    label: Text
    meaning: Text
    finding: str


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
    passages: Mapping[str, Passage]


@dataclass(frozen=True)
class Item:
    """An item of the playbooks' inventory: how many statements of logic it makes, or why no rule follows from it."""

    number: int
    slug: str
    title: Text
    playbooks: tuple[str, ...]
    logic: bool
    why: Text | None
    lines: int = 0


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
    """When facts obtained in certain ways stay out of inference (docs/semantics.md)."""

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
class Place:
    """A place in a scheme, with what it means."""

    label: Text
    means: Text


@dataclass(frozen=True)
class Scheme:
    """A way in which the playbooks sort accounts, deals or people; `about` says which of them it sorts."""

    id: str
    label: Text
    about: str
    items: tuple[int, ...]
    values: dict[str, Place]
    at: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Slot:
    """One respect in which to deal with a person; of several rules the first file in `order` speaks."""

    id: str
    label: Text
    order: tuple[str, ...]
    at: Location = field(default=NOWHERE, compare=False)


@dataclass(frozen=True)
class Knowledge:
    """Everything in knowledge/ and the general order."""

    facts: dict[str, Fact]
    lists: dict[str, ListDecl]
    verdicts: dict[str, Verdict]
    phases: dict[str, Phase]
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
    pack: Pack
    schemes: dict[str, Scheme] = field(default_factory=dict)
    slots: dict[str, Slot] = field(default_factory=dict)
    headline: tuple[str, ...] = ()
    stand_ins: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """For a role of theirs that nobody holds, the roles to go to instead, best first; none: then not at all."""
    conflicts: dict[str, Conflict] = field(default_factory=dict)
    methods: dict[str, Method] = field(default_factory=dict)

    def passage(self, id_: str) -> Passage | None:
        """Return the passage `<playbook>/<slug>`, or None."""
        key, _, slug = id_.partition("/")
        book = self.playbooks.get(key)
        return book.passages.get(slug) if book else None

    def scope_of(self, path: str) -> str:
        """Return the list whose members carry this fact, or CASE."""
        return self._lists_of.get(path.partition(".")[0], CASE)

    @cached_property
    def _lists_of(self) -> dict[str, str]:
        """The lists by what their members are called."""
        return {declared.member: declared.name for declared in self.lists.values()}

    @cached_property
    def groups(self) -> frozenset[str]:
        """The first parts of the paths of facts of the case."""
        return frozenset(path.partition(".")[0] for path, fact in self.facts.items() if fact.scope == CASE)

    def members(self, list_: str) -> dict[str, Fact]:
        """Return the facts that members of a list carry, by path."""
        return {path: fact for path, fact in self.facts.items() if fact.scope == list_}


@dataclass(frozen=True)
class Playbase:
    """Knowledge and rules together: what the compiler reads."""

    knowledge: Knowledge
    files: tuple[RuleFile, ...]

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """All rules in the order of their files; deprecated ones are not run."""
        return tuple(r for f in self.files for r in f.rules if r.status != "deprecated")

    @cached_property
    def findings(self) -> dict[str, Finding]:
        """All findings by id."""
        return {f.id: f for file in self.files for f in file.findings}
