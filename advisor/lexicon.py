"""The joining words of both languages: lexicon.yaml, and nothing else, holds words that no rule file does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path

from advisor import yamlfile
from advisor.cache import Memory
from advisor.codec import Shape
from advisor.model import Text
from advisor.problems import InputError, Problems
from advisor.yamlfile import Scalar

FILE = Path(__file__).with_name("lexicon.yaml")


@lru_cache(maxsize=1)
def words() -> Mapping[str, Text]:
    """Return every entry of the lexicon by its key."""
    kept: Memory[Mapping[str, Text]] = Memory("lexicon", [FILE], lambda: [FILE], Shape(Mapping[str, Text]), _read)
    return kept.value()


def _read() -> Mapping[str, Text]:
    """Read the lexicon."""
    problems = Problems()
    node = yamlfile.read(FILE, FILE.name, problems)
    found: dict[str, Text] = {}
    for key, child in node.entries.items() if isinstance(node, yamlfile.Mapping) else ():
        sides = child.entries if isinstance(child, yamlfile.Mapping) else {}
        en, zh = sides.get("en"), sides.get("zh")
        if isinstance(en, Scalar) and isinstance(zh, Scalar):
            found[key] = Text(en.text, zh.text)
        else:
            problems.add(child.at, "missing-language", f'"{key}" needs en and zh')
    if problems:
        raise InputError(problems.found)
    return found


def say(key: str, **parts: Text | str | int) -> Text:
    """Return an entry with its placeholders filled, in both languages."""
    if not parts:
        return _bare(key)
    entry = words()[key]
    en = {name: part.en if isinstance(part, Text) else part for name, part in parts.items()}
    zh = {name: part.zh if isinstance(part, Text) else part for name, part in parts.items()}
    return Text(entry.en.format(**en), entry.zh.format(**zh))


def word(key: str, lang: str, **parts: Text | str | int) -> str:
    """Return an entry with its placeholders filled, in one language."""
    if not parts:
        return _bare(key).get(lang)
    filled = {name: part.get(lang) if isinstance(part, Text) else part for name, part in parts.items()}
    return words()[key].get(lang).format(**filled)


@cache
def _bare(key: str) -> Text:
    """Return an entry that has no placeholders."""
    entry = words()[key]
    return Text(entry.en.format(), entry.zh.format())


def listed(parts: Iterable[Text]) -> Text:
    """Set items beside one another, parted by semicolons; whole sentences among them lose their full stop."""
    items, mark = list(parts), words()["list.semicolon"]
    return Text(mark.en.join(clauses(p.en for p in items)), mark.zh.join(clauses(p.zh for p in items)))


def clauses(sentences: Iterable[str]) -> list[str]:
    """Return sentences as clauses: only the last one keeps its full stop."""
    found = list(sentences)
    return [sentence.rstrip(".。") for sentence in found[:-1]] + found[-1:]


def join(parts: list[Text], key: str = "list.and") -> Text:
    """Join items as a reader would: `a, b and c`, `a、b和c`."""
    if not parts:
        return say("list.nobody")
    if len(parts) == 1:
        return parts[0]
    comma, last = words()["list.comma"], words()[key]
    return Text(
        comma.en.join(p.en for p in parts[:-1]) + last.en + parts[-1].en,
        comma.zh.join(p.zh for p in parts[:-1]) + last.zh + parts[-1].zh,
    )
