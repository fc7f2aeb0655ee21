"""How large objects show themselves: a title and a few facts, on a line for a prompt and as a table in a notebook.

A world holds millions of numbers and a programme hundreds of figures. What is printed without being asked for says what
it is and how much is in it; the figures themselves are asked for by name.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from html import escape
from typing import Any


class Carded(ABC):
    """Shows `_card()`, a title and facts by label, in place of all its fields."""

    @abstractmethod
    def _card(self) -> tuple[str, Mapping[str, Any]]:
        """The title, and facts by label."""

    def __repr__(self) -> str:
        """`<title: label value, ...>`."""
        title, facts = self._card()
        said = ", ".join(f"{label} {value}" for label, value in facts.items())
        return f"<{title}: {said}>" if said else f"<{title}>"

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """The same as a small table, for notebooks."""
        title, facts = self._card()
        rows = "".join(
            f"<tr><th scope='row' style='text-align:left'>{escape(label)}</th><td>{escape(str(value))}</td></tr>"
            for label, value in facts.items()
        )
        return f"<table><caption>{escape(title)}</caption>{rows}</table>"
