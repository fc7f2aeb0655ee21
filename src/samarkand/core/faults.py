"""Faults: what is wrong with what a user gave, where, why, and how to put it right.

Checks collect every fault before anything runs (`FaultList`), so that one reading of a file tells all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TypeVar

Result = TypeVar("Result")
LONGEST = 800  # characters of a place, a reason or a remedy: longer ones quote a cell that is no cell


@dataclass(frozen=True, order=True)
class Fault:
    """One fault: `place` in the user's input, the `reason`, and the remedy (`mend`)."""

    place: str
    reason: str
    mend: str

    def __post_init__(self) -> None:
        for name in ("place", "reason", "mend"):
            text = getattr(self, name)
            if len(text) > LONGEST or not text.isprintable():
                object.__setattr__(self, name, _printable(text))

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}. {self.mend}"

    def renamed(self, words: Mapping[str, str]) -> Fault:
        """A fault at an argument of the library, at what stands for the argument where somebody wrote it.

        `words`: an option or a key of a file by the name of the argument, as `{"closures": "--close"}`; empty where the
        value stands alone.
        """
        argument, space, value = self.place.partition(" ")
        if not space or argument not in words:
            return self
        return Fault(f"{words[argument]} {value}".strip(), self.reason, self.mend)


def _printable(text: str) -> str:
    """A text without marks that a terminal would obey, and without the middle of what is too long to be read."""
    shown = "".join(
        one if one.isprintable() or one == "\n" else repr(one)[1:-1] for one in text[: 2 * LONGEST]
    )
    if len(text) <= LONGEST:
        return shown
    return f"{shown[: LONGEST // 2]} ... ({len(text):,} characters) ... {text[-LONGEST // 8 :]}"


class Faults(Exception):
    """Raised with all the faults of an input at once; nothing has been run or written."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        if not self.faults:
            raise ValueError("Faults needs at least one fault")
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[Faults], tuple[tuple[Fault, ...]]]:
        return Faults, (self.faults,)


@dataclass
class FaultList:
    """Collects faults while a check goes on."""

    faults: list[Fault] = field(default_factory=list)

    def add(self, place: str, reason: str, mend: str) -> None:
        """Add one fault; a fault already there is not repeated."""
        fault = Fault(place, reason, mend)
        if fault not in self.faults:
            self.faults.append(fault)

    def extend(self, faults: Iterable[Fault]) -> None:
        """Add several faults."""
        for fault in faults:
            self.add(fault.place, fault.reason, fault.mend)

    def attempt(self, step: Callable[[], Result]) -> Result | None:
        """Result of a step, or None with its faults collected, so that the next step is checked too."""
        try:
            return step()
        except Faults as error:
            self.extend(error.faults)
            return None

    def raise_if_any(self) -> None:
        """Raise `Faults` with all that was collected, if anything was."""
        if self.faults:
            raise Faults(self.faults)

    def __bool__(self) -> bool:
        return bool(self.faults)

    def __iter__(self) -> Iterator[Fault]:
        return iter(self.faults)

    def __len__(self) -> int:
        return len(self.faults)


def at_options(error: Faults, asked: Mapping[str, str]) -> Faults:
    """Faults of a programme that options have changed, each at the option that brought it in.

    `asked`: options as they were written, by the place of what they changed. An option that does not name the item, as
    one for all of them, keeps the place in its reason.
    """

    def moved(fault: Fault) -> Fault:
        for place, option in asked.items():
            if fault.place == place or fault.place.startswith(f"{place}, "):
                item = place.partition(",")[0].split()[-1]
                of_all = option.startswith("--scale") and item not in option
                return Fault(option, f"{place}: {fault.reason}" if of_all else fault.reason, fault.mend)
        return fault

    return Faults(map(moved, error.faults))


def plain_number(value: float) -> str:
    """A number in digits as people write it: `1,000,000,000`, not `1e+09`; beyond twelve digits its power of ten."""
    return f"{value:,.0f}" if 1e5 <= abs(value) < 1e12 else f"{value:g}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The remedy for a word that is not known: the nearest known words, or all of them when none is near."""
    candidates = sorted(set(known))
    near = get_close_matches(str(word), candidates, n=3, cutoff=0.5)
    if near:
        return "Did you mean " + " or ".join(near) + "?"
    shown = ", ".join(candidates[:20])
    more = f" and {len(candidates) - 20} more" if len(candidates) > 20 else ""
    return f"Known are: {shown}{more}."
