"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from samarkand.core.faults import FaultList

DEFAULT_PROGRAMME = "eurasian-corridors"
DEFAULT_YEAR = 2035
LONGEST_SPAN = 100

ProgrammeArgument = Annotated[
    str,
    typer.Argument(
        metavar="PROGRAMME", help="A programme file (TOML or Excel) or the name of an embedded one."
    ),
]
WithoutOption = Annotated[
    list[str] | None,
    typer.Option("--without", metavar="ID", help="Leave out a project or measure; may be repeated."),
]
YearOption = Annotated[int, typer.Option("--year", help="The year appraised: what is open by then counts.")]
YearsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--year",
        "--years",
        metavar="YEAR[:YEAR]",
        help=f"A year appraised or a span like 2025:2050; may be repeated. {DEFAULT_YEAR} if none is given.",
    ),
]
ProjectionOption = Annotated[
    Path | None,
    typer.Option(
        "--projection",
        metavar="FILE",
        help="Growth of economies by year (CSV); else levels are at 2022 size.",
    ),
]
AssumeOption = Annotated[
    list[str] | None,
    typer.Option("--assume", metavar="NAME=VALUE", help="Replace a declared parameter; may be repeated."),
]
WorldOption = Annotated[
    str,
    typer.Option(
        "--world", metavar="NAME", help="A world of yours (samarkand world list); else the embedded one."
    ),
]
DeficitOption = Annotated[
    Literal["fixed_nominal", "proportional", "purged"],
    typer.Option("--deficit-rule", help="How trade deficits behave."),
]


def read_assumptions(words: list[str]) -> dict[str, float]:
    """`["rail_speed=50"]` as `{"rail_speed": 50.0}`. Raises `Faults` with every word that is not of the form."""
    from samarkand.core.faults import FaultList

    faults, values = FaultList(), {}
    for word in words:
        name, _, number = word.partition("=")
        try:
            values[name.strip()] = float(number)
        except ValueError:
            faults.add(
                f"--assume {word}", "is not of the form NAME=VALUE", "Write for instance rail_speed=50."
            )
    faults.raise_if_any()
    return values


def read_years(words: list[str], faults: FaultList) -> tuple[int, ...]:
    """`["2025:2027", "2030"]` as `(2025, 2026, 2027, 2030)`; every word that is neither is added to `faults`."""
    found: set[int] = set()
    for word in words:
        first, colon, last = word.partition(":")
        try:
            start = int(first)
            end = int(last) if colon else start
        except ValueError:
            faults.add(
                f"--year {word}", "is not a year or a span of years", "Write for instance 2035 or 2025:2050."
            )
            continue
        if end < start:
            faults.add(f"--year {word}", "ends before it begins", f"Write {end}:{start}.")
        elif end - start > LONGEST_SPAN:
            faults.add(f"--year {word}", f"is longer than {LONGEST_SPAN} years", "Ask for fewer years.")
        else:
            found |= set(range(start, end + 1))
    return tuple(sorted(found)) or (DEFAULT_YEAR,)
