"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

DEFAULT_PROGRAMME = "eurasian-corridors"
DEFAULT_YEAR = 2035

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
AssumeOption = Annotated[
    list[str] | None,
    typer.Option("--assume", metavar="NAME=VALUE", help="Replace a declared parameter; may be repeated."),
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
