"""Case files as text: a new one, and statements written into one that somebody keeps.

Whatever the text holds beside the statement stays as it is, letter by letter: comments, order, quotes, folds and
blanks, in whichever style its author writes. A library that reads YAML and writes it again would lay it out anew.
"""

from __future__ import annotations

from collections.abc import Mapping as Map
from datetime import date
from typing import Any

from advisor.case import Statement
from advisor.caseedit import Editor
from advisor.casetext import both, statement_text, word
from advisor.model import Text
from advisor.yamlfile import Mapping, Node, Sequence


def new_case(
    id_: str,
    title: Text,
    as_of: date,
    facts: Map[str, Statement],
    *,
    about: Text | None = None,
    currency: str = "",
    lists: Map[str, Map[str, str]] | None = None,
) -> str:
    """Write a new case; `lists` are members by their id, each as the line that it is written in, and not complete."""
    lines = [f"case: {id_}", f"title: {both(title)}"]
    if about is not None:
        lines.append(f"about: {both(about)}")
    lines.append(f"as_of: {as_of}")
    if currency:
        lines.append(f"currency: {word(currency)}")
    if facts:
        lines += ["facts:", *(f"  {path}: {statement_text(said)}" for path, said in facts.items())]
    for name, members in (lists or {}).items():
        lines += [
            f"{name}:",
            *(f"  - {{id: {id_}, {title}}}" for id_, title in members.items()),
            f"{name}_complete: no",
        ]
    return "\n".join(lines) + "\n"


def titled(key: str, words: str) -> str:
    """Write what text calls a member of a list."""
    return f"{key}: {both(Text(words, words))}"


def add_facts(text: str, facts: Map[str, Statement]) -> str:
    """Add statements about facts of the case; a fact that the text names already stays as it is."""
    for path, said in facts.items():
        if Editor(text).entry(path) is None:
            text = set_fact(text, path, said)
    return text


def set_fact(text: str, path: str, said: Statement | None, member: tuple[str, str] | None = None) -> str:
    """State a fact of the case, or of a member, instead of all that was said of it; None: nobody knows.

    A member is named by its list and its id. KeyError tells that the list has no such member.
    """
    editor, words = Editor(text), statement_text(said)
    after = editor.set(path, words) if member is None else editor.set_of(member, path, words)
    if _without(_tree(text), path, member) != _without(_tree(after), path, member):
        raise RuntimeError(f"writing {path} would change something else in the case file")
    return after


def add_member(text: str, list_: str, id_: str, title: str) -> str:
    """Add a member to the end of a list; one that the text does not hold is begun, and is not complete."""
    after = Editor(text).member(list_, id_, title)
    old, new = _tree(text), _tree(after)
    begun = {} if f"{list_}_complete" in old else {f"{list_}_complete": ("no", True)}
    wanted = {**(begun if list_ not in old else {}), **old}
    if new != {**wanted, list_: [*old.get(list_, []), new[list_][-1]]}:
        raise RuntimeError(f"adding {id_} would change something else in the case file")
    return after


def set_day(text: str, day: date) -> str:
    """Move the day on which the case stands."""
    return Editor(text).day(day)


def add_act(text: str, on: date, title: Text, facts: Map[str, Statement]) -> str:
    """Add an act to the history: what was learnt after the day on which the case stands."""
    after = Editor(text).act(on, both(title), facts)
    old, new = _tree(text), _tree(after)
    acts = new.pop("history")
    if new != {k: v for k, v in old.items() if k != "history"} or old.get("history", []) not in (acts[1:], acts[:-1]):
        raise RuntimeError("adding an act would change something else in the case file")
    return after


def add_currency(text: str, currency: str) -> str:
    """Name the currency of a case that names none."""
    after = Editor(text).currency(word(currency))
    if {key: value for key, value in _tree(after).items() if key != "currency"} != _tree(text):
        raise RuntimeError("naming the currency would change something else in the case file")
    return after


def _tree(text: str) -> Any:
    """Read the text as plain data: every change is checked against it, since none would notice a mistake here."""
    return _bare(Editor(text).root)


def _bare(node: Node) -> Any:
    if isinstance(node, Mapping):
        return {key: _bare(child) for key, child in node.entries.items()}
    if isinstance(node, Sequence):
        return [_bare(child) for child in node.items]
    # Readers strip texts; one that ended the file without a line end has one as soon as anything follows it.
    return node.text.strip(), node.plain


def _without(tree: Any, path: str, member: tuple[str, str] | None) -> Any:
    """Leave out of a tree what may differ: the statement written, and facts that are empty but for it."""
    group, _, name = path.partition(".")
    if member is None:
        facts = {k: v for k, v in tree.get("facts", {}).items() if k != path}
        if isinstance(facts.get(group), dict):
            facts[group] = {k: v for k, v in facts[group].items() if k != name}
        return {**tree, "facts": facts}
    list_, id_ = member
    found = {k: [_without(act, path, member) for act in v] if k == "history" else v for k, v in tree.items()}
    for number, said in enumerate(found.get(list_, []), start=1):
        if said.get("id", (f"{group}-{number}",))[0] == id_:
            rest = {k: v for k, v in said.items() if k not in (name, path)}
            found[list_] = [*found[list_][: number - 1], rest, *found[list_][number:]]
    return found
