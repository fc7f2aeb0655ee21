"""How far something long has come: `progress(text, done=, total=)` is called along the way."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[..., None]


def quiet(*_words: object, **_fractions: object) -> None:
    """Show no progress."""
