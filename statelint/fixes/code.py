"""A program's syntax by place: the nodes that a remedy speaks of, and what stands around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeVar

import libcst as cst

from statelint.discover import NOTEBOOKS, is_document
from statelint.findings import Edit
from statelint.fixes.text import line_starts, span
from statelint.sites import Site
from statelint.source.magics import normalised
from statelint.source.python import Source, children

Node = TypeVar("Node", bound=cst.CSTNode)

# What may stand before a statement on its line: in a text also the sign of a quotation.
_INDENT = re.compile(r"[ \t>]*")
_SPACE = re.compile(r"\s+")


class Code:
    """A program's trees and its text as the file has it; `data` are the bytes of a document."""

    def __init__(self, source: Source, data: bytes) -> None:
        self.source = source
        self._texts = _texts(source, data)
        self._starts = [line_starts(text) for text in self._texts]
        self._parents: dict[int, cst.CSTNode] = {}
        self._at: dict[Site, list[cst.CSTNode]] = {}
        # All names that occur in the program.
        self.names: set[str] = set()
        for module in source.modules:
            self._index(module)

    def _index(self, module: cst.Module) -> None:
        todo: list[cst.CSTNode] = [module]
        while todo:
            node = todo.pop()
            if isinstance(node, cst.Name):
                self.names.add(node.value)
            if id(node) in self.source.spans:
                self._at.setdefault(self.source.extent(node), []).append(node)
                if isinstance(node, cst.Call):
                    self._at.setdefault(self.source.site(node), []).append(node)
            for child in children(node):
                self._parents[id(child)] = node
                todo.append(child)

    def find(self, site: Site, kind: type[Node]) -> Node | None:
        """The node of a kind at a place; None where something else was parsed than the file has there."""
        for node in self._at.get(site, ()):
            if isinstance(node, kind):
                parsed = _SPACE.sub("", self.module_of(node).code_for_node(node))
                return node if _SPACE.sub("", self.text(site)) in parsed else None
        return None

    def site(self, node: cst.CSTNode) -> Site:
        return self.source.extent(node)

    def text(self, place: Site | cst.CSTNode) -> str:
        """What stands at a place."""
        site = place if isinstance(place, Site) else self.site(place)
        cell = site.cell or 0
        start, end = span(self._starts[cell], site)
        return self._texts[cell][start:end]

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        return self._parents.get(id(node))

    def ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """What a node stands in, innermost first."""
        above = self.parent(node)
        while above is not None:
            yield above
            above = self.parent(above)

    def module_of(self, node: cst.CSTNode) -> cst.Module:
        root = node if isinstance(node, cst.Module) else list(self.ancestors(node))[-1]
        assert isinstance(root, cst.Module)
        return root

    def statement(self, node: cst.CSTNode) -> cst.SimpleStatementLine | None:
        """The simple statement, on lines of its own, that an expression is part of."""
        for above in (node, *self.ancestors(node)):
            if isinstance(above, cst.SimpleStatementLine):
                return above
            if isinstance(above, cst.Lambda | cst.BaseComp | cst.BaseCompoundStatement):
                return None
        return None

    def function(self, node: cst.CSTNode) -> cst.CSTNode:
        """The innermost function, class or module that a node stands in."""
        kinds = cst.FunctionDef | cst.ClassDef | cst.Lambda | cst.Module
        return next(above for above in self.ancestors(node) if isinstance(above, kinds))

    def indent(self, site: Site) -> str | None:
        """What stands before a place on its line; None where that is more than white space."""
        starts = self._starts[site.cell or 0]
        begin = starts[site.line - 1]
        before = self._texts[site.cell or 0][begin : begin + site.column - 1]
        return before if _INDENT.fullmatch(before) else None

    def margin(self, site: Site) -> str:
        """The white space that the line of a place begins with."""
        starts, text = self._starts[site.cell or 0], self._texts[site.cell or 0]
        found = _INDENT.match(text, starts[site.line - 1])
        return "" if found is None else found.group()

    def rest(self, site: Site) -> str:
        """What stands behind a place on its last line."""
        text, starts = self._texts[site.cell or 0], self._starts[site.cell or 0]
        begin = starts[site.end_line - 1] + site.end_column - 1
        end = starts[site.end_line] if site.end_line < len(starts) else len(text)
        return text[begin:end].rstrip("\r\n")

    def blank_below(self, site: Site) -> int | None:
        """How many blank lines follow a place; None where nothing else does."""
        text, starts = self._texts[site.cell or 0], self._starts[site.cell or 0]
        below = text[starts[site.end_line] :] if site.end_line < len(starts) else ""
        rows = below.splitlines()
        return next((number for number, row in enumerate(rows) if row.strip(" \t>")), None)

    def whole_lines(self, site: Site) -> Site | None:
        """The lines of a place with their ends; None for the last line of all, or with more before it."""
        if self.indent(site) is None or site.end_line >= len(self._starts[site.cell or 0]):
            return None
        return Site(site.path, site.cell, site.line, 1, site.end_line + 1, 1)

    def before(self, node: cst.CSTNode, lines: list[str]) -> Edit | None:
        """Lines put in before a statement, indented as it is; None where it doesn't begin its line."""
        site = self.site(node)
        indent = self.indent(site)
        if indent is None:
            return None
        return Edit(start_of(site), "".join(f"{line}\n{indent}" for line in lines))


def start_of(site: Site) -> Site:
    """The place of no width at which another begins."""
    return Site(site.path, site.cell, site.line, site.column, site.line, site.column)


def end_of(site: Site, further: int = 0) -> Site:
    """The place of no width at which another ends, or some columns further on."""
    column = site.end_column + further
    return Site(site.path, site.cell, site.end_line, column, site.end_line, column)


def between(first: Site, last: Site) -> Site:
    """What reaches from where one place ends to where another begins."""
    return Site(first.path, first.cell, first.end_line, first.end_column, last.line, last.column)


def encloses(outer: Site, inner: Site) -> bool:
    """Whether one place lies in another."""
    if (outer.path, outer.cell) != (inner.path, inner.cell):
        return False
    begins = (outer.line, outer.column) <= (inner.line, inner.column)
    return begins and (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)


def _texts(source: Source, data: bytes) -> list[str]:
    """The text of the file, or of each cell of a notebook."""
    if not is_document(source.path):
        return [source.texts[0]]
    if source.path.lower().endswith(NOTEBOOKS):
        from statelint.source.notebook import cells_of

        return [normalised(cell.text) for cell in cells_of(data)]
    return [normalised(data.decode("utf-8-sig", errors="replace"))]
