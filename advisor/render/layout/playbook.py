"""Pages about the playbook itself: items, one item as a trainer would teach it, coverage, the glossary."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.casework import Casework
from advisor.checks.shortest import Shortest, stated
from advisor.coverage import Coverage, items_of
from advisor.evidence import View
from advisor.explain.wording import Wording, fill, labelled
from advisor.flips import Flip
from advisor.lines import FactLine
from advisor.model import All, Condition, Count, Either, FindingTest, Not, Quantified, Text, leaves, paths_read
from advisor.reference import Term
from advisor.render.blocks import Branch, Bullet, Bullets, Heading, Line, Page, Table, Tree
from advisor.rule import Rule, Then
from advisor.rulebase import Item, Passage, Playbase, RuleFile

MAX_CASES = 8
"""How many cases in which an item bites are named."""


def list_page(page: Page, base: Playbase) -> None:
    """Write the rule files with their titles and how many rules they hold."""
    page.head("playbook.list", 1)
    columns = tuple(map(page.words, ("column.item", "column.id", "column.title", "column.rules")))
    rows = tuple((str(f.item or page.words("dash")), f.id, page.text(f.title), str(len(f.rules))) for f in base.files)
    page.add(Table(columns, rows))


def coverage_page(page: Page, lines: Iterable[Coverage]) -> None:
    """Write all items with their rules, or why none follows."""
    lines = tuple(lines)
    logic = [line for line in lines if line.item.logic]
    covered = sum(bool(line.rules) for line in logic)
    page.head("coverage.title", 1)
    page.line("coverage.total", covered=covered, logic=len(logic), items=len(lines))
    names = (
        "column.item",
        "column.title",
        "column.lines",
        "column.rules",
        "column.examples",
        "column.decides",
        "column.contributes",
        "column.state",
    )
    page.add(Table(tuple(map(page.words, names)), tuple(_coverage_row(page, line) for line in lines)))


def _coverage_row(page: Page, line: Coverage) -> tuple[str, ...]:
    item = line.item
    if not item.logic:
        state = page.text(item.why) or page.words("coverage.context")
    else:
        state = page.words("coverage.done" if line.rules else "coverage.todo")
    counts = (item.lines, len(line.rules), line.examples, len(line.decides), len(line.contributes))
    return (str(item.number), page.text(item.title), *map(str, counts), state)


def item_page(page: Page, base: Playbase, item: Item | None, file: RuleFile | None, cases: Casework) -> None:
    """Write one item as a trainer would teach it: the idea, the table, where it comes from, the rules, the cases."""
    title = item.title if item else file.title if file else None
    page.head("item.title", 1, number=item.number if item else page.words("dash"), title=page.text(title))
    if file:
        page.add(Line(page.text(file.idea)))
    if item and item.why:
        page.add(Line(page.text(item.why)))
    own = file.rules if file else ()
    rules = (*own, *(r for r in base.rules if item and r not in own and item.number in items_of(r, base)))
    _table(page, base, rules)
    if item:
        _origin(page, base, item)
    _bites(page, cases, rules)
    for rule in rules:
        _rule(page, base, rule)


def _table(page: Page, base: Playbase, rules: Iterable[Rule]) -> None:
    """Write the decision table: in which situation what follows."""
    rows = tuple(
        (page.text(rule.title), page.clauses(_then(page, base, rule.then)) or page.words("dash")) for rule in rules
    )
    if rows:
        page.head("item.table")
        page.add(Table(tuple(map(page.words, ("column.situation", "column.follows"))), rows))


def _origin(page: Page, base: Playbase, item: Item) -> None:
    """Write what the playbooks say, where they are silent or at odds, and the terms and schemes that belong to it."""
    knowledge = base.knowledge
    page.head("item.origin")
    for passage in passages(base, item):
        _passage(page, base, passage)
    settled = [c for c in knowledge.conflicts.values() if item.number in c.items]
    page.add(Bullets(tuple(Bullet(page.words("item.settled", topic=c.topic, text=c.settled)) for c in settled)))
    for scheme in (s for s in knowledge.schemes.values() if item.number in s.items):
        places = tuple(Bullet(page.words("item.place", label=p.label, means=p.means)) for p in scheme.values.values())
        page.add(Heading(page.text(scheme.label), 3), Bullets(places))
    terms = [t for t in knowledge.terms.values() if item.number in t.items]
    if terms:
        page.head("item.terms")
        page.add(Bullets(tuple(Bullet(page.words("item.place", label=t.term, means=t.means)) for t in terms)))


def _bites(page: Page, cases: Casework, rules: Iterable[Rule]) -> None:
    """Write the cases whose verdict these rules carry, and those in which they hold."""
    decides, contributes = cases.of(rule.id for rule in rules)
    comma = page.words("list.comma")
    lines = [
        Bullet(page.words(key, count=len(found), cases=comma.join(found[:MAX_CASES])))
        for key, found in _named(decides, contributes)
        if found
    ]
    if lines:
        page.head("item.cases")
        page.add(Bullets(tuple(lines)))


def _named(decides: tuple[str, ...], contributes: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ("item.decides", decides), ("item.contributes", contributes)


def passages(base: Playbase, item: Item) -> list[Passage]:
    """Return what the playbooks say of an item."""
    books = base.knowledge.playbooks.values()
    return [p for book in books for p in book.passages.values() if p.item == item.number]


def _passage(page: Page, base: Playbase, passage: Passage) -> None:
    book = base.knowledge.playbooks[passage.id.partition("/")[0]]
    notes = [(page.words("item.says", playbook=book.title, says=passage.says))]
    notes.extend(page.words("item.gap", text=passage.gap) for _ in [0] if passage.gap)
    notes.extend(page.words("item.conflict", text=passage.conflict) for _ in [0] if passage.conflict)
    page.add(Bullets(tuple(Bullet(note) for note in notes)))


def _rule(page: Page, base: Playbase, rule: Rule) -> None:
    page.head("rule.title", 2, id=rule.id, title=rule.title)
    words = _Conditions(page, base)
    page.add(Tree(words.branch(rule.when)))
    page.add(Bullets(tuple(Bullet(line) for line in _then(page, base, rule.then))))
    page.add(Line(page.text(_because(base, rule)), "quiet"))
    own = [source.ours for source in rule.source if source.ours is not None]
    page.add(Bullets(tuple(Bullet(page.words("item.ours", text=text)) for text in own)))


def _because(base: Playbase, rule: Rule) -> Text:
    """Return the template with what its placeholders stand for, since there is no case to fill them from."""
    lists = base.knowledge.lists
    parts = {path: base.knowledge.facts[path].label for path in paths_read(rule.when) if path in base.knowledge.facts}
    parts |= {
        leaf.word: lists[leaf.list].label for leaf in leaves(rule.when) if isinstance(leaf, Quantified) and leaf.word
    }
    parts |= {"self": lists[rule.each].label} if rule.each else {}
    return fill(rule.because, {name: Text(f"[{label.en}]", f"[{label.zh}]") for name, label in parts.items()})


def _then(page: Page, base: Playbase, then: Then) -> Iterable[str]:
    verdicts = base.knowledge.verdicts
    if then.finding:
        yield page.words("then.finding", finding=base.findings[then.finding].label)
    if then.candidate:
        yield page.words("then.candidate", verdict=verdicts[then.candidate.verdict].label)
    for key, names in (("then.supports", then.supports), ("then.opposes", then.opposes)):
        if names:
            yield page.words(key, verdicts=page.words("list.comma").join(page.text(verdicts[n].label) for n in names))
    if then.classify:
        scheme = base.knowledge.schemes[then.classify.scheme]
        yield page.words("class.place", label=scheme.label, place=scheme.values[then.classify.value].label)
    for approach in then.approach:
        yield page.words("person.approach", label=base.knowledge.slots[approach.slot].label, text=approach.say)
    for action in then.actions:
        yield page.words("then.action", text=action.do)
    if then.warning:
        yield page.words("then.warning", text=then.warning)
    if then.guard:
        yield page.words("then.guard", level=page.words(f"guard.{then.guard.level}"), text=then.guard.instead)


class _Conditions:
    """Conditions in words, without a case."""

    def __init__(self, page: Page, base: Playbase) -> None:
        self.page = page
        self.base = base
        self.wording = Wording(base.knowledge, View({}, {}, {}), "")

    def branch(self, condition: Condition) -> Branch:
        """Return a condition as a tree."""
        if isinstance(condition, (All, Either)):
            key = "test.all" if isinstance(condition, All) else "test.either"
            return Branch(self.page.words(key), None, children=tuple(map(self.branch, condition.parts)))
        if isinstance(condition, Count):
            text = self.page.words("test.count", need=condition.need, all=len(condition.parts))
            return Branch(text, None, children=tuple(map(self.branch, condition.parts)))
        if isinstance(condition, Not):
            return Branch(self.page.words("test.not"), None, children=(self.branch(condition.part),))
        if isinstance(condition, FindingTest):
            return Branch(self.page.text(self.base.findings[condition.name].label), None)
        if isinstance(condition, Quantified):
            label = self.base.knowledge.lists[condition.list].label
            text = self.page.words(f"test.{condition.quantifier}", list=label)
            return Branch(text, None, children=(self.branch(condition.where),))
        return Branch(self.page.text(self.wording.test(condition)), None)


def glossary_page(page: Page, terms: Iterable[Term]) -> None:
    """Write terms with their meaning and the items they come from."""
    for term in terms:
        page.head("glossary.term", 2, en=term.term.en, zh=term.term.zh)
        page.add(Line(page.text(term.means)))
        if term.items:
            page.line("glossary.items", "quiet", items=", ".join(map(str, term.items)))


def verdicts_page(page: Page, base: Playbase, found: Iterable[Shortest]) -> None:
    """Write for each verdict the shortest case that reaches it, and the single facts that take it away."""
    page.head("verdicts.title", 1)
    page.line("verdicts.intro", "quiet")
    for shortest in found:
        verdict = base.knowledge.verdicts[shortest.verdict]
        wording = Wording(base.knowledge, shortest.view, "")
        page.head("head.case", 2, title=verdict.label)
        page.add(Line(page.text(verdict.meaning)))
        facts = [wording.fact(place) for place in stated(shortest.view)]
        page.line("verdicts.reached", rule=shortest.rule.title)
        page.add(Bullets(tuple(Bullet(_stated(page, fact)) for fact in facts)))
        turns = tuple(_turn(page, base, wording, flip) for flip in shortest.flips)
        if turns:
            page.add(Table(tuple(map(page.words, ("column.if", "column.then"))), turns))


def _stated(page: Page, fact: FactLine) -> str:
    return page.words("verdicts.fact", fact=labelled(fact), value=fact.value, path=fact.path)


def _turn(page: Page, base: Playbase, wording: Wording, flip: Flip) -> tuple[str, str]:
    (place, value) = flip.changes[0]
    fact = wording.fact(place)
    to = wording.value(base.knowledge.facts[place[1]], value)
    change = page.words("flip.change", fact=labelled(fact), was=fact.value, to=to)
    return change, page.text(base.knowledge.verdicts[flip.verdict].label)
