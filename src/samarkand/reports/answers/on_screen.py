"""What shows itself as the one screen that the command prints: at a prompt, and in a notebook."""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from html import escape

import pandas as pd
from rich.console import Console

from samarkand.priorities.faces import Page
from samarkand.reports.pages import print_page

WIDTH = 100  # columns


class OnScreen(ABC):
    """Shows `page` in place of its fields: `print(answer)`, or as the last line of a cell."""

    @property
    @abstractmethod
    def page(self) -> Page:
        """One screen."""

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables of the page by their titles, in the words of the page."""
        return {one.title: pd.DataFrame(list(one.rows), columns=list(one.heads)) for one in self.page.tables}

    def __repr__(self) -> str:
        """The page as a terminal shows it."""
        stream = io.StringIO()
        print_page(self.page, Console(file=stream, width=WIDTH, no_color=True))
        return stream.getvalue().rstrip()

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """The same words for notebooks."""
        return f"<pre>{escape(repr(self))}</pre>"
