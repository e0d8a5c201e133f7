"""The index of the playbooks' items, and the passages that rules cite."""

from __future__ import annotations

from advisor import paths, rulebase
from advisor.load.folder import FolderReader
from advisor.load.reader import shorten
from advisor.problems import Location
from advisor.yamlfile import Mapping, Node


class PlaybookReader(FolderReader):
    """Reads items.yaml and playbooks/*.yaml, of the house too."""

    def items(self) -> dict[int, rulebase.Item]:
        """Return every item by its number."""
        items: dict[int, rulebase.Item] = {}
        node = self.file("items.yaml", ("items",)).entries.get("items")
        entries = self.reader.mapping(node, '"items"', optional=None) if node else Mapping({}, {}, Location(""))
        for key, child in entries.entries.items():
            if not (key.isdecimal() and len(key) <= 3):
                self.reader.bad(entries.key_at[key], "bad-id", f"an item is a number, not {shorten(key)}")
                continue
            m = self.reader.mapping(child, f"item {key}", ("slug", "title", "playbooks", "logic"), ("why", "lines"))
            items[int(key)] = rulebase.Item(
                number=int(key),
                slug=self.reader.get(m, "slug", lambda n: self.reader.slug(n, "slug"), ""),
                title=self.text(m, "title"),
                playbooks=self.reader.get(m, "playbooks", lambda n: self.reader.strings(n, "playbooks"), ()),
                logic=self.reader.get(m, "logic", lambda n: self.reader.flag(n, "logic"), True),
                why=self.optional_text(m, "why"),
                lines=self.reader.get(m, "lines", lambda n: self.reader.integer(n, "lines", 1, 99), 0),
            )
        return items

    def playbooks(self) -> dict[str, rulebase.Playbook]:
        """Return every playbook by its key, the file's name."""
        books: dict[str, rulebase.Playbook] = {}
        for base in (self.library.knowledge, self.library.house_knowledge):
            for path in paths.yaml_files(base / "playbooks") if base else []:
                node = self.read_file(path, base or path)
                if node is not None:
                    books[path.stem] = self._playbook(path.stem, node)
        return books

    def _playbook(self, key: str, node: Node) -> rulebase.Playbook:
        m = self.reader.mapping(node, "a playbook", ("playbook", "passages"))
        head = self.inner(m, "playbook", ("title", "state"))
        passages = self.each(m, "passages", lambda slug, n: self._passage(f"{key}/{slug}", n))
        return rulebase.Playbook(key, self.text(head, "title"), self.text(head, "state"), passages)

    def _passage(self, id_: str, node: Node) -> rulebase.Passage:
        m = self.reader.mapping(node, f'passage "{id_}"', ("item", "locators", "says"), ("gap", "conflict"))
        return rulebase.Passage(
            id=id_,
            item=self.reader.get(m, "item", lambda n: self.reader.integer(n, "item", 1, 999), 0),
            locators=self.reader.get(m, "locators", lambda n: self.reader.strings(n, "a locator"), ()),
            says=self.text(m, "says"),
            gap=self.optional_text(m, "gap"),
            conflict=self.optional_text(m, "conflict"),
        )
