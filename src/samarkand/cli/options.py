"""The options of a question, the same in every command that asks one.

    samarkand VERB SUBJECT [--programme P] [--world W] [--year Y] [--without ID] [--set ITEM.KEY=VALUE]
        [--scale KEY=FACTOR] [--border CROSSING=HOURS] [--tariff IMPORTER:EXPORTER=FACTOR] [--assume NAME=VALUE]
        [--close NAME] [--deficit-rule RULE] [--charge RULE] [--construction-demand] [--transit-payments] [--limits]
        [--projection FILE] [--priorities NAME,NAME]

A command that is decorated with `asks_question` has them all and is given an `Asking`: the question as it was put,
with all that is wrong with it.
"""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_type_hints

import typer

if TYPE_CHECKING:
    from samarkand.core.faults import FaultList
    from samarkand.question import Terms
    from samarkand.world.world import World

DEFAULT_PROGRAMME = "eurasian-corridors"
DEFAULT_YEAR = 2035
LONGEST_SPAN = 100
FORMS = {
    "scale": "[ITEM.]KEY=FACTOR", "border": "CROSSING=HOURS", "tariff": "IMPORTER:EXPORTER=FACTOR",
}  # fmt: skip
TWICE = ("is given twice", "Give it once.")  # reason and remedy

ProgrammeArgument = Annotated[
    str,
    typer.Argument(
        metavar="PROGRAMME", help="A programme file (TOML or Excel) or the name of an embedded one."
    ),
]
SubjectProgramme = Annotated[
    str | None,
    typer.Argument(
        metavar="[PROGRAMME]",
        help="A programme file (TOML or Excel) or the name of an embedded one; as --programme.",
        show_default=DEFAULT_PROGRAMME,
    ),
]
ProgrammeOption = Annotated[
    str | None,
    typer.Option(
        "--programme",
        metavar="PROGRAMME",
        help="A programme file (TOML or Excel) or the name of an embedded one.",
        show_default=DEFAULT_PROGRAMME,
    ),
]
YearsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--year",
        "--years",
        metavar="YEAR[:YEAR]",
        help="A year asked about or a span like 2025:2050; may be repeated. What is open by its end counts.",
        show_default=str(DEFAULT_YEAR),
    ),
]
YearOption = Annotated[
    int, typer.Option("--year", metavar="YEAR", help="The year asked about: what is open by its end counts.")
]


def _repeated(flag: str, metavar: str, words: str) -> Any:
    """An option that may be given several times."""
    return Annotated[list[str] | None, typer.Option(flag, metavar=metavar, help=f"{words}; may be repeated.")]


WithoutOption = _repeated("--without", "ID", "Leave out a project or measure")
SetOption = _repeated("--set", "ITEM.KEY=VALUE", "Replace a key of an item, as cku-railway.capex=8000")
ScaleOption = _repeated("--scale", FORMS["scale"], "Times a figure of all items, as capex=1.45, or of one")
BorderOption = _repeated("--border", FORMS["border"], "Hours less or more at a crossing, as Torugart=-6h")
TariffOption = _repeated(
    "--tariff", FORMS["tariff"],
    "Duties of one economy on goods of another times a factor, as KEN:CHN=0.5",
)  # fmt: skip
AssumeOption = _repeated("--assume", "NAME=VALUE", "Replace a declared parameter")
CloseOption = _repeated(
    "--close", "NAME", "Close a chokepoint (suez), border (border:KAZ-CHN), crossing, port, ferry or link"
)
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
ChargeOption = Annotated[
    Literal["annuity", "spending", "service"],
    typer.Option(
        "--charge",
        help="In which years capital is charged: an annuity from the opening on, as spent, or as loans are serviced.",
    ),
]
ConstructionOption = Annotated[
    bool,
    typer.Option(
        "--construction-demand",
        help="What is charged buys construction, instead of what the economy consumes.",
    ),
]
TransitOption = Annotated[
    bool,
    typer.Option(
        "--transit-payments",
        help="Let goods pay economies that they pass, inside the equilibrium: fees above the cost of service, rents.",
    ),
]
LimitsOption = Annotated[
    bool,
    typer.Option("--limits", help="Published capacities hold flows down, and full places have a price."),
]
ProjectionOption = Annotated[
    Path | None,
    typer.Option(
        "--projection",
        metavar="FILE",
        help="Growth of economies by year (CSV); else levels are at 2022 size.",
    ),
]
PrioritiesOption = Annotated[
    str | None,
    typer.Option(
        "--priorities",
        metavar="NAME,NAME",
        help="Assess these priorities alone, with trade and what they read, as trade,infrastructure.",
        show_default="all",
    ),
]
# What stands on the command line for an argument of the library at which a fault lies.
OPTION_OF = {"assumptions": "--assume", "closures": "--close", "cases": ""}
# Name of each option, what it is, and its default.
OPTIONS: dict[str, tuple[Any, Any]] = {
    "programme": (ProgrammeOption, None),
    "year": (YearsOption, None),
    "without": (WithoutOption, None),
    "set_": (SetOption, None),
    "scale": (ScaleOption, None),
    "border": (BorderOption, None),
    "tariff": (TariffOption, None),
    "assume": (AssumeOption, None),
    "close": (CloseOption, None),
    "world": (WorldOption, "embedded"),
    "deficit_rule": (DeficitOption, "fixed_nominal"),
    "charge": (ChargeOption, "annuity"),
    "construction_demand": (ConstructionOption, False),
    "transit_payments": (TransitOption, False),
    "limits": (LimitsOption, False),
    "projection": (ProjectionOption, None),
    "priorities": (PrioritiesOption, None),
}


@dataclass(frozen=True)
class Asking:
    """A question as it was put on the command line; `faults`: all that is wrong with its words."""

    programme: str
    world: World | None
    terms: Terms
    faults: FaultList

    @property
    def year(self) -> int:
        """The year asked about, the last one where there are several."""
        years = self.terms["years"]
        return years if isinstance(years, int) else max(years)

    @property
    def one_year(self) -> dict[str, Any]:
        """The question as arguments of what answers it for one year."""
        return {
            "programme": self.programme, "world": self.world, "year": self.year,
            **{name: value for name, value in self.terms.items() if name != "years"},
        }  # fmt: skip

    def check(self, *checks: Callable[[], Any]) -> None:
        """Raise `Faults` with all that is wrong before anything runs, what these checks find among it."""
        from samarkand.session import default_session

        for check in checks:
            self.faults.attempt(check)
        # Nothing will run: what else is wrong is said with them, but nothing of a world that was not asked about.
        if self.faults and self.world is not None:
            ask = partial(default_session().ask, self.programme, self.world, **self.terms)
            self.faults.attempt(ask)
        self.faults.raise_if_any()


def asks_question(several_years: bool = False) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of a question, and its parameter `asking` what was asked.

    A parameter `subject` of the command names the programme too, as the subject of its verb.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        options = dict(OPTIONS)
        if not several_years:
            options["year"] = (YearOption, DEFAULT_YEAR)

        @wraps(command)
        def run(**given: Any) -> None:
            from samarkand.core.faults import Faults

            of_question = {name: given.pop(name) for name in options}
            try:
                asking = read_question(subject=given.pop("subject", None), **of_question)
                command(asking=asking, **given)
            except Faults as error:
                raise Faults(one.renamed(OPTION_OF) for one in error.faults) from error

        own = [one for one in inspect.signature(command).parameters.values() if one.name != "asking"]
        hints = get_type_hints(command, include_extras=True)
        keyword = inspect.Parameter.KEYWORD_ONLY
        parameters = [one.replace(annotation=hints[one.name], kind=keyword) for one in own]
        parameters += [
            inspect.Parameter(name, keyword, default=default, annotation=annotation)
            for name, (annotation, default) in options.items()
        ]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {one.name: one.annotation for one in parameters}
        return run

    return decorate


def read_question(
    *,
    subject: str | None,
    programme: str | None,
    year: list[str] | int | None,
    without: list[str] | None,
    set_: list[str] | None,
    scale: list[str] | None,
    border: list[str] | None,
    tariff: list[str] | None,
    assume: list[str] | None,
    close: list[str] | None,
    world: str,
    deficit_rule: Literal["fixed_nominal", "proportional", "purged"],
    charge: Literal["annuity", "spending", "service"],
    construction_demand: bool,
    transit_payments: bool,
    limits: bool,
    projection: Path | None,
    priorities: str | None,
) -> Asking:
    """The options of a question as its terms; everything that cannot be read is a fault."""
    from samarkand.core.faults import FaultList
    from samarkand.world.store import open_world

    faults = FaultList()
    if subject and programme and subject != programme:
        faults.add(
            f"--programme {programme}", f"and {subject} are two programmes", "Name one, in either place."
        )
    opened = faults.attempt(partial(open_world, world))
    terms: Terms = {
        "years": (year,) if isinstance(year, int) else read_years(year or [], faults),
        "without": tuple(without or ()),
        "patches": read_patches(set_ or [], faults),
        "scale": read_numbers("scale", scale or [], "capex=1.45, 45 % more", faults),
        "border": read_numbers("border", border or [], "Torugart=-6h", faults, unit="h"),
        "tariff": read_numbers("tariff", tariff or [], "KEN:CHN=0.5", faults),
        "assumptions": faults.attempt(partial(read_assumptions, assume or [])) or {},
        "closures": tuple(close or ()),
        "deficit_rule": deficit_rule,
        "charge": charge,
        "construction_demand": construction_demand,
        "transit_payments": transit_payments,
        "limits": limits,
        "projection": projection,
        "priorities": tuple(filter(None, map(str.strip, (priorities or "").split(",")))),
    }
    return Asking(subject or programme or DEFAULT_PROGRAMME, opened, terms, faults)


def read_patches(words: list[str], faults: FaultList) -> dict[str, Any]:
    """`["cku-railway.capex=8000"]` as `{"cku-railway.capex": 8000}`; values are written as in a programme file.

    A value that is no number, day, list or yes and no is taken as text.
    """
    values = {}
    for word in words:
        path, equals, text = word.partition("=")
        if not equals or "." not in path:
            faults.add(
                f"--set {word}",
                "is not of the form ITEM.KEY=VALUE",
                "Write for instance cku-railway.capex=8000.",
            )
            continue
        if path.strip() in values:
            faults.add(f"--set {path.strip()}", *TWICE)
        try:
            values[path.strip()] = tomllib.loads(f"value = {text.strip()}")["value"]
        except tomllib.TOMLDecodeError:
            values[path.strip()] = text.strip()
    return values


def read_numbers(
    option: str, words: list[str], example: str, faults: FaultList, unit: str = ""
) -> dict[str, float]:
    """`["Torugart=-6h"]` as `{"Torugart": -6.0}`; every word that is not of the form is added to `faults`."""
    found: dict[str, float] = {}
    for word in words:
        name, _, number = word.rpartition("=")
        if name.strip() in found:
            faults.add(f"--{option} {name.strip()}", *TWICE)
        try:
            found[name.strip()] = float(number.strip().removesuffix(unit) if unit else number)
        except ValueError:
            name = ""
        if not name.strip():
            reason = f"is not of the form {FORMS[option]}"
            faults.add(f"--{option} {word}", reason, f"Write for instance {example}.")
    return {name: value for name, value in found.items() if name}


def read_assumptions(words: list[str]) -> dict[str, float]:
    """`["rail_speed=50"]` as `{"rail_speed": 50.0}`. Raises `Faults` with every word that is not of the form."""
    from samarkand.core.faults import FaultList

    faults, values = FaultList(), dict[str, float]()
    for word in words:
        name, equals, number = word.partition("=")
        if name.strip() in values:
            faults.add(f"--assume {name.strip()}", *TWICE)
        try:
            values[name.strip()] = float(number)
        except ValueError:
            reason = f"{number!r} is not a number" if equals and number else "is not of the form NAME=VALUE"
            faults.add(f"--assume {word}", reason, "Write for instance rail_speed=50.")
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
