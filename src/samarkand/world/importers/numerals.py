"""Cells of text as numbers: thousands and decimal marks, signs, per cent signs, and what spreadsheets made of numbers.

The publishers write points before decimals, and some of them commas between thousands. A cell that can only have been
written with a decimal comma shows that a file went through other hands: it is refused unless `--decimal comma` says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

Decimal = Literal["point", "comma"]

_EXPONENT = r"(?:[eE][+-]?[0-9]+)?"
_GROUPS = r"[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}"  # thousands; lakhs and crores
_POINT = rf"[+-]?(?:(?:[0-9]+|{_GROUPS})(?:\.[0-9]*)?|\.[0-9]+){_EXPONENT}"
_DAY = (
    r"(?i:[0-9]{1,4}[-./ ](?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*(?:[-./ ][0-9]{2,4})?"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-./ ][0-9]{1,4}"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[ t][0-9:.]+)?|[0-9]{1,2}([-./])[0-9]{1,2}\1(?:[0-9]{4}|[0-9]{2}))"
)
_ONE_COMMA = r"[+-]?[1-9][0-9]{0,2},[0-9]{3}"  # a thousand, or three decimals
_CLEAR_POINT = r"[^,]*\.(?:[0-9]{1,2}|[0-9]{4,})|[+-]?(?:0|[0-9]{4,})?\.[0-9]+"
_ONE_POINT = r"[+-]?[1-9][0-9]{0,2}\.[0-9]{3}"  # three decimals, or a thousand in the way of decimal commas
_CLEAR_GROUPS = r".*,[0-9]{3}(?:,[0-9]{3}|\.[0-9]+).*"
_SPACES = "[ \u00a0\u202f\u2009'\u2019](?=[0-9]{3}(?![0-9]))"  # between thousands, and the Swiss apostrophe


@dataclass
class Numerals:
    """Cells as numbers (NaN where there is none), and what their text says.

    By position: `wrong`, why a cell is no number and the remedy; `unclear`, a thousand or three decimals after a comma.
    `percent`: whether a per cent sign stood there. `clear`: whether a cell shows a decimal point; `pointed`, where none
    does, the first cell whose point may stand after a thousand.
    """

    values: pd.Series
    percent: pd.Series
    wrong: dict[int, tuple[str, str, str]]
    unclear: list[int]
    clear: bool
    pointed: int | None


def read_numerals(cells: pd.Series, decimal: Decimal | None, *, settled: bool = False) -> Numerals:
    """Read stripped cells; lines are their positions. `settled`: the file has shown its decimal point before."""
    import pandas as pd

    text = cells.astype(object).reset_index(drop=True)
    swapped = decimal == "comma"
    # Plain numbers go in one fast pass; what is left is looked at more closely.
    values = pd.to_numeric(text, errors="coerce").astype("float64")
    percent = pd.Series(False, text.index)
    clear, pointed = False, None
    if decimal is None and not settled:
        marked = text[values.notna()][text[values.notna()].str.contains(".", regex=False)]
        clear = bool(marked.str.fullmatch(_CLEAR_POINT).any())
        single = marked.index[marked.str.fullmatch(_ONE_POINT)] if not clear else marked.index[:0]
        pointed = int(single[0]) if len(single) else None
    if swapped:
        values[:] = float("nan")
    values = values.mask(values.abs() == float("inf"))
    rest = text.index[values.isna()]
    if rest.empty:
        return Numerals(values, percent, {}, [], clear, pointed)
    odd = text.loc[rest].str.replace("\u2212", "-", regex=False)
    percent.loc[rest] = odd.str.endswith("%")
    odd = odd.str.removesuffix("%").str.rstrip().str.replace(_SPACES, "", regex=True)
    turned = odd.str.translate(str.maketrans(",.", ".,")) if swapped else odd
    good = turned.str.fullmatch(_POINT)
    numbers = pd.to_numeric(turned[good].str.replace(",", "", regex=False), errors="coerce")
    values.loc[numbers.index] = numbers.astype("float64")
    values = values.mask(values.abs() == float("inf"))
    lost = values.index[values.isna()]
    wrong = {int(at): _why_not(text.loc[at], odd.loc[at], swapped) for at in lost}
    unclear = [] if decimal else [int(at) for at in odd.index[good & odd.str.fullmatch(_ONE_COMMA)]]
    clear = clear or bool(odd[good].str.fullmatch(_CLEAR_GROUPS).any())
    return Numerals(values, percent, wrong, unclear, clear, pointed)


def _why_not(cell: str, plain: str, swapped: bool) -> tuple[str, str, str]:
    """Why a cell is no number, the remedy, and what faults of this sort are called together."""
    if re.fullmatch(_DAY, cell):
        return (
            f"{cell!r}, a day that a spreadsheet made of a number",
            "Fetch the file again, and do not save it from a spreadsheet.",
            "days for numbers",
        )
    if cell.startswith("#"):
        return f"{cell!r}, an error of a spreadsheet", "Correct the cell.", "errors of a spreadsheet"
    if not swapped and re.fullmatch(_POINT, plain.translate(str.maketrans(",.", ".,"))):
        return (
            f"{cell!r}, with a decimal comma",
            "Where all numbers of the file are so, say it with --decimal comma; else write points.",
            "decimal commas",
        )
    if swapped and re.fullmatch(_POINT, plain):
        return (
            f"{cell!r}, with a decimal point, though --decimal comma is said",
            "Leave out --decimal comma, or write all numbers of the file in one way.",
            "decimal points",
        )
    if cell.startswith("(") and cell.endswith(")") and re.search("[0-9]", cell):
        return f"{cell!r}, in brackets", f"Write -{cell.strip('()')} if it is below zero.", "brackets"
    return f"{cell!r}, not a number", "Correct the cell.", "words for numbers"


def read_codes(cells: pd.Series) -> pd.Series:
    """Codes without the decimals that a spreadsheet gave them: `398.0` and `398,0` are 398."""
    return cells.str.strip().str.replace(r"^([0-9]+)[.,]0$", r"\1", regex=True)


def lost_digits(code: str) -> str:
    """What a spreadsheet did to a code so that it cannot be known any more; empty where nothing did."""
    if re.fullmatch(r"[0-9]+(?:[.,][0-9]+)?[eE][+-]?[0-9]+", code):
        return "in exponents, so that its last digits are lost"
    return "a day that a spreadsheet made of a code" if re.fullmatch(_DAY, code) else ""
