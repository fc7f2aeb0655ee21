"""Reading activities of IATI: one after the other, within bounded memory, nothing fetched and nothing expanded.

A document type is refused: IATI has none, and entities of one can make a file of a kilobyte fill the memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from samarkand.core.faults import FaultList

LARGEST_FILE = 2_000_000_000  # bytes; only one activity at a time is held
LARGEST_ACTIVITY = 100_000  # elements
LARGEST_TEXT = 5_000_000  # letters of an activity
DEEPEST = 30  # elements within each other; those of the standard are seven
PIECE = 65_536  # bytes read at once
ACTIVITY = "iati-activity"
AS_IATI = "Give a file of iati-activities as XML, version 2.01 to 2.03."


@dataclass
class Element:
    """An element: its name, attributes, text, and what lies within it."""

    name: str
    attributes: dict[str, str]
    text: str = ""
    within: list[Element] = field(default_factory=list)

    def all(self, name: str) -> Iterator[Element]:
        """The elements of a name right within it."""
        return (one for one in self.within if one.name == name)

    def first(self, name: str) -> Element | None:
        """The first of them."""
        return next(self.all(name), None)

    def narrative(self) -> str:
        """Its text in English, else in the first language that it has."""
        found = list(self.all("narrative"))
        english = [one for one in found if one.attributes.get("xml:lang", "").lower().startswith("en")]
        return next((one.text.strip() for one in (*english, *found) if one.text.strip()), self.text.strip())


class _Refused(ValueError):
    """A file that is not read: reason and remedy."""


class _Builder:
    """Builds one activity after the other from the events of the parser."""

    def __init__(self) -> None:
        self.done: list[Element] = []
        self.open: list[Element] = []
        self.depth = self.held = self.letters = 0
        self.root = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.root = self.root or name
        if self.depth > DEEPEST:
            raise _Refused(f"is nested more than {DEEPEST} deep", "Check what wrote the file.")
        if self.depth == 1 and name != "iati-activities":
            raise _Refused(f"begins with {name[:40]}, not with iati-activities", AS_IATI)
        if self.open or name == ACTIVITY:
            self.held += 1
            if self.held > LARGEST_ACTIVITY:
                raise _Refused(
                    f"has an activity of more than {LARGEST_ACTIVITY:,} elements", "Check what wrote it."
                )
            element = Element(name, attributes)
            if self.open:
                self.open[-1].within.append(element)
            self.open.append(element)

    def end(self, _: str) -> None:
        self.depth -= 1
        if self.open:
            element = self.open.pop()
            if not self.open:
                self.done.append(element)
                self.held = self.letters = 0

    def text(self, words: str) -> None:
        if self.open:
            self.letters += len(words)
            if self.letters > LARGEST_TEXT:
                raise _Refused(
                    f"has an activity of more than {LARGEST_TEXT:,} letters of text", "Check what wrote it."
                )
            self.open[-1].text += words


def _no_doctype(*_: object) -> None:
    raise _Refused("has a document type", "Take it out: IATI has none, and none is read.")


def read_activities(path: Path, faults: FaultList) -> Iterator[Element]:
    """The activities of a file; what makes it unreadable becomes a fault, at its line, and ends the reading."""
    builder = _Builder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = builder.start, builder.end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = builder.text, _no_doctype
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            faults.add(
                path.name, f"has {size:,} bytes; at most {LARGEST_FILE:,} are read", "Give it in parts."
            )
            return
        with path.open("rb") as file:
            ended = False
            while not ended:
                piece = file.read(PIECE)
                ended = not piece
                parser.Parse(piece, ended)
                yield from builder.done
                builder.done.clear()
    except (OSError, ValueError) as error:
        if isinstance(error, _Refused):
            faults.add(f"{path.name}, line {parser.CurrentLineNumber}", *error.args)
        else:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            faults.add(path.name, f"cannot be read ({reason})", "Check the path and the rights to read it.")
    except expat.ExpatError as error:
        faults.add(f"{path.name}, line {error.lineno}", f"is not XML, or cut short: {error}", AS_IATI)
