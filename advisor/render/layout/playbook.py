"""Pages about the playbook itself: items, one item as a trainer would teach it, coverage, the glossary."""

from __future__ import annotations

from collections.abc import Iterable

from advisor.coverage import Coverage, items_of
from advisor.evidence import View
from advisor.explain.wording import Wording, fill
from advisor.model import All, Condition, Count, Either, FindingTest, Not, Quantified, Text, leaves, paths_read
from advisor.reference import Term
from advisor.render.blocks import Branch, Bullet, Bullets, Line, Page, Table, Tree
from advisor.rule import Rule, Then
from advisor.rulebase import Item, Passage, Playbase, RuleFile


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
    names = ("column.item", "column.id", "column.title", "column.rules", "column.examples", "column.state")
    page.add(Table(tuple(map(page.words, names)), tuple(_coverage_row(page, line) for line in lines)))


def _coverage_row(page: Page, line: Coverage) -> tuple[str, ...]:
    item = line.item
    if not item.logic:
        state = page.text(item.why) or page.words("coverage.context")
    else:
        state = page.words("coverage.done" if line.rules else "coverage.todo")
    return (str(item.number), item.slug, page.text(item.title), str(len(line.rules)), str(line.examples), state)


def item_page(page: Page, base: Playbase, item: Item | None, file: RuleFile | None) -> None:
    """Write one item: the idea, where it comes from, and its rules."""
    title = item.title if item else file.title if file else None
    page.head("item.title", 1, number=item.number if item else page.words("dash"), title=page.text(title))
    if file:
        page.add(Line(page.text(file.idea)))
    if item and item.why:
        page.add(Line(page.text(item.why)))
    if item:
        for passage in passages(base, item):
            _passage(page, base, passage)
    rules = file.rules if file else ()
    cited = [r for r in base.rules if item and r not in rules and item.number in items_of(r, base)]
    for rule in (*rules, *cited):
        _rule(page, base, rule)


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
