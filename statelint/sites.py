"""Where in the user's code something stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Site:
    """A span of source text.

    Lines are 1-based and columns are 1-based, counted in characters; the end column is
    exclusive.  `cell` is the 0-based index of a notebook's cell, None for plain files.
    """

    path: str
    cell: int | None
    line: int
    column: int
    end_line: int
    end_column: int

    def order(self) -> tuple[str, int, int, int]:
        """Sort key: path, cell, line, column."""
        return (self.path, -1 if self.cell is None else self.cell, self.line, self.column)

    def contains(self, other: Site) -> bool:
        """Whether the other span lies in this one."""
        return (
            (self.path, self.cell) == (other.path, other.cell)
            and (self.line, self.column) <= (other.line, other.column)
            and (other.end_line, other.end_column) <= (self.end_line, self.end_column)
        )

    def contains_line(self, line: int) -> bool:
        return self.line <= line <= self.end_line

    @property
    def where(self) -> str:
        """`line 3`, `line 3 of cell 2`."""
        return f"line {self.line}" + ("" if self.cell is None else f" of cell {self.cell}")

    def __str__(self) -> str:
        cell = "" if self.cell is None else f"cell {self.cell}:"
        return f"{self.path}:{cell}{self.line}:{self.column}"
