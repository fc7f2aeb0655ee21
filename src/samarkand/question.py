"""From what a user asks to a `Question`: a scenario with its world and programme at hand, checked whole."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeAlias, TypedDict

import numpy as np

from samarkand.core.conventions import BASE_YEAR
from samarkand.core.faults import FaultList, did_you_mean
from samarkand.core.scenario import ChargeRule, DeficitRule, Scenario
from samarkand.engines.equilibrium import DEFICIT_RULES
from samarkand.ledger.claims import check_claims, claims_of
from samarkand.priorities.registry import priorities, recalled_rows
from samarkand.programme import Programme
from samarkand.programme.channels.capacity import SWITCH
from samarkand.programme.channels.charging import IN_WORDS
from samarkand.programme.files.patching import patch_programme
from samarkand.programme.files.varying import Variation, vary_programme
from samarkand.programme.library import surroundings
from samarkand.programme.model.change_orders import with_changes
from samarkand.world.assumptions import Assumptions
from samarkand.world.network.disruptions import find_closures
from samarkand.world.projection import Projection, load_projection
from samarkand.world.world import World, load_world

Asked: TypeAlias = Scenario | Programme | str | Path
LAST_YEAR = 2100
DEFAULT_YEARS = (2035,)
# Parameters of how states make up years alone: no state depends on them.
TIME_RULE = frozenset({"ramp_up_years"})


class Terms(TypedDict, total=False):
    """The terms of a question, the same for whoever asks: appraisals, stress tests, flows of freight, corridors.

    years
        One or several: what is open by the end of each counts, as far as it is ramped up; 2035 if none is given.
    without
        Projects and measures left out, one or several.
    assumptions
        Declared parameters replaced, by name.
    patches
        Keys of items replaced: `{"cku-railway.capex": 8000}`; sections and financing by number, from 1:
        `{"cku-railway.section.2.length": 310}`.
    scale
        Figures times a factor: `{"capex": 1.45}` of all items, `{"cku-railway.capex": 1.45}` of one; those that
        `patches` replace are taken as they are given.
    border
        Hours at a crossing, less or more: `{"Torugart": -6}`.
    tariff
        Duties of an importer on goods of an exporter, times a factor: `{"KEN:CHN": 0.5}`.
    closures
        What is closed on the freight network, without the programme and with it (`world.network.disruptions`).
    deficit_rule
        How trade deficits behave: `fixed_nominal` (if none is given), `proportional`, `purged`.
    charge
        In which years capital is charged: as an `annuity` from the opening on (if none is given), as its `spending`, or
        as the `service` of its loans (`programme.channels.charging`).
    construction_demand
        Whether what is charged buys construction, instead of what the economy consumes; no if it is not given.
    limits
        Whether published capacities hold flows down, and full places have a price; not unless it is asked for.
    projection
        Growth of economies, or a file of it; without one, levels are at the size of the accounts.
    priorities
        Those that are assessed, one or several, with all that they read; trade always is. All if none is named.
    publication
        Refuse figures that are not verified, by name.
    """

    years: Sequence[int] | int
    without: Sequence[str] | str
    assumptions: Mapping[str, float]
    patches: Mapping[str, Any]
    scale: Mapping[str, float]
    border: Mapping[str, float]
    tariff: Mapping[str, float]
    closures: Sequence[str] | str
    deficit_rule: DeficitRule
    charge: ChargeRule
    construction_demand: bool
    transit_payments: bool
    limits: bool
    projection: Projection | str | Path | None
    priorities: Sequence[str] | str
    publication: bool


class Known(Protocol):
    """Where a scenario's parts are found by their hashes, and programmes by path or name: a session."""

    def world(self, content: str) -> World | None:
        """A world by its content hash."""
        ...

    def programme(self, content: str) -> Programme | None:
        """A programme by its content hash."""
        ...

    def projection(self, content: str) -> Projection | None:
        """A projection by its content hash."""
        ...

    def load_programme(self, path_or_name: str | Path, world: World) -> Programme:
        """A programme by path or name. Raises `Faults`."""
        ...


@dataclass(frozen=True, eq=False)
class Question:
    """A scenario with its programme, its world, and its assumptions in force.

    `programme` has the scenario's variations and patches and what change orders add to capex, `as_written` has not.
    `reach`: what each item does given all the others is asked for too.
    """

    scenario: Scenario
    as_written: Programme
    programme: Programme
    world: World
    assumptions: Assumptions
    projection: Projection | None = None
    reach: bool = False

    @property
    def has_limits(self) -> bool:
        """Whether published capacities hold flows down."""
        return bool(self.assumptions.parameters[SWITCH])

    @property
    def placing(self) -> tuple[Hashable, ...]:
        """Key of all that the places of items on the network depend on: not how openings come in."""
        return (
            self.programme.content_hash,
            self.world.network.hash,
            self.world.assumptions.hash,
            self._assumed_of_states,
        )

    @property
    def of_baseline(self) -> str:
        """Hash of what the world without the programme depends on: with limits on its lines, too."""
        return self._of_baseline.hash

    @property
    def of_setting(self) -> str:
        """Hash of a world under its assumptions: of what it depends on without the programme, whatever is closed."""
        return self._of_baseline.but(closures=()).hash

    @property
    def _of_baseline(self) -> Scenario:
        if self.has_limits:
            return self._of_states
        return self._of_states.but(programme="", patches=(), variations=())

    @property
    def of_states(self) -> str:
        """Hash of what a state depends on beside its shocks: not on years, items left out, the projection, priorities
        and on when capital is charged: what is paid is a key of its own."""
        return self._of_states.hash

    @property
    def _of_states(self) -> Scenario:
        return self.scenario.but(
            years=(), without=(), projection="", charge="annuity", priorities=(),
            assumptions=self._assumed_of_states,
        )  # fmt: skip

    @property
    def _assumed_of_states(self) -> tuple[tuple[str, float], ...]:
        """What is assumed beside the time rule."""
        return tuple(pair for pair in self.scenario.assumptions if pair[0] not in TIME_RULE)


def pose(asked: Asked, world: World | None, reach: bool, known: Known, terms: Terms) -> Question:
    """The question whole, or `Faults` with everything that is wrong with it."""
    faults = FaultList()
    _check_terms(terms, isinstance(asked, Scenario), faults)
    if isinstance(asked, Scenario):
        question = _of_scenario(asked, reach, known, faults)
    else:
        question = _of_terms(asked, world or load_world(), reach, known, terms, faults)
    if terms.get("publication", False):
        refuse_unverified(question)
    return question


def _check_terms(terms: Terms, of_scenario: bool, faults: FaultList) -> None:
    """Every term is one that there is, and a scenario is given none but `publication`: it has its own."""
    declared = tuple(Terms.__annotations__)
    for name in terms:
        if name not in declared:
            faults.add(f"term {name}", "is no term of a question", did_you_mean(name, declared))
        elif of_scenario and name != "publication":
            remedy = "Ask the scenario with other terms: scenario.but(...)."
            faults.add(f"term {name}", "is given beside a scenario, which has its own", remedy)


def _of_scenario(scenario: Scenario, reach: bool, known: Known, faults: FaultList) -> Question:
    world = known.world(scenario.world)
    if world is None and scenario.world == load_world().hash:
        world = load_world()
    programme = known.programme(scenario.programme)
    projection = known.projection(scenario.projection) if scenario.projection else None
    for found, part, wanted in (
        (programme, "programme", True), (world, "world", True), (projection, "projection", bool(scenario.projection)),
    ):  # fmt: skip
        if wanted and found is None:
            faults.add(
                f"scenario {part}",
                "is not known in this session",
                f"Ask a question with the {part} itself first.",
            )
    faults.raise_if_any()
    assert world is not None  # else there are faults
    assert programme is not None
    return _checked(scenario, programme, world, projection, reach, faults)


def _of_terms(
    asked: Programme | str | Path, world: World, reach: bool, known: Known, terms: Terms, faults: FaultList
) -> Question:
    years = _years(terms.get("years", DEFAULT_YEARS), faults)
    given = terms.get("projection")
    programme = faults.attempt(
        partial(known.load_programme, asked, world) if isinstance(asked, str | Path) else lambda: asked
    )
    projection = faults.attempt(partial(_read_projection, given, world, years))
    scenario = Scenario(
        world=world.hash,
        programme=programme.content_hash if programme else "",
        years=years,
        assumptions=tuple(_assumptions(terms).items()),
        patches=tuple((path, _canonical(value)) for path, value in terms.get("patches", {}).items()),
        variations=_variations(terms, faults),
        without=_left_out(terms.get("without", ()), programme),
        closures=_names(terms.get("closures", ())),
        deficit_rule=terms.get("deficit_rule", "fixed_nominal"),
        charge=terms.get("charge", "annuity"),
        construction_demand=_yes_or_no(
            "construction_demand", terms.get("construction_demand", False), faults
        ),
        transit_payments=_yes_or_no("transit_payments", terms.get("transit_payments", False), faults),
        priorities=_names(terms.get("priorities", ())),
        projection=projection.hash if projection else "",
        labels=(world.name, programme.id if programme else ""),
    )
    return _checked(scenario, programme, world, projection, reach, faults)


def _assumptions(terms: Terms) -> dict[str, float]:
    """Parameters replaced; limits are one of them."""
    switched = {SWITCH: 1.0} if terms.get("limits", False) else {}
    return {**terms.get("assumptions", {}), **switched}


def _variations(terms: Terms, faults: FaultList) -> tuple[tuple[str, str, float], ...]:
    """What varies the programme, as triples; what is no number is a fault, and left out."""
    found = []
    given: dict[str, Mapping[str, Any]] = {
        "scale": terms.get("scale", {}), "border": terms.get("border", {}), "tariff": terms.get("tariff", {}),
    }  # fmt: skip
    for kind, numbers in given.items():
        for name, number in numbers.items():
            if isinstance(number, int | float | np.number) and not isinstance(number, bool):
                found.append((kind, name, float(number)))
            else:
                faults.add(f"{kind} {name}: {number!r}", "is no number", "Give a number.")
    return tuple(found)


def _left_out(given: Sequence[str] | str, programme: Programme | None) -> tuple[str, ...]:
    """Items that are named, and those that stand in the file in the place of another."""
    return tuple(dict.fromkeys((*_names(given), *(programme.alternatives if programme else ()))))


def _names(given: Sequence[str] | str) -> tuple[str, ...]:
    """One name, or several."""
    return (given,) if isinstance(given, str) else tuple(given)


def _yes_or_no(name: str, given: object, faults: FaultList) -> bool:
    """A yes or no; what is neither is a fault, and no."""
    if not isinstance(given, bool | np.bool_):
        faults.add(f"{name}: {given!r}", "is neither yes nor no", "Give True or False.")
        return False
    return bool(given)


def _years(given: object, faults: FaultList) -> tuple[int, ...]:
    """One year, or several; what is no year is a fault, and left out."""
    years = tuple(given) if isinstance(given, Iterable) and not isinstance(given, str) else (given,)
    found = []
    for year in years:
        if isinstance(year, int | np.integer) and not isinstance(year, bool):
            found.append(int(year))
        else:
            remedy = "Give whole numbers, such as years=2035 or years=(2030, 2040)."
            faults.add(f"years: {year!r}", "is no year", remedy)
    return tuple(found)


def _checked(
    scenario: Scenario,
    programme: Programme | None,
    world: World,
    projection: Projection | None,
    reach: bool,
    faults: FaultList,
) -> Question:
    """A question without a fault; `programme` None: it could not be read, and the faults say why."""
    assumptions = faults.attempt(partial(world.assumptions.replace, scenario.assumptions))
    _check(scenario, programme, faults)
    faults.attempt(partial(find_closures, scenario.closures, world.network))
    patched = programme
    if patched is not None and scenario.variations:
        variation = Variation.of(scenario.variations)
        patched = faults.attempt(
            partial(
                vary_programme, patched, variation, surroundings(world), world.network.geography,
                world.assumptions.parameters, world.economies,
                () if world.tariffs is None else world.tariffs.importers,
            )
        )  # fmt: skip
    if patched is not None and scenario.patches:
        patches = {path: json.loads(value) for path, value in scenario.patches}
        patched = faults.attempt(partial(patch_programme, patched, patches, surroundings(world)))
    if patched is not None:
        kind_of = {item.id: item.kind for item in patched.items}
        faults.attempt(partial(check_claims, claims_of(patched, scenario.without, scenario.charge), kind_of))
    faults.raise_if_any()
    assert programme is not None  # else there are faults
    assert patched is not None
    assert assumptions is not None
    if patched.has_changes:
        patched = with_changes(patched)
    return Question(scenario, programme, patched, world, assumptions, projection, reach)


def _canonical(value: Any) -> str:
    """A new value of a key in JSON; days as text."""
    return json.dumps(value, sort_keys=True, default=str)


def _read_projection(
    projection: Projection | str | Path | None, world: World, years: tuple[int, ...]
) -> Projection | None:
    if projection is None or isinstance(projection, Projection):
        return projection
    asked = [year for year in years if BASE_YEAR < year <= LAST_YEAR]
    return load_projection(projection, world.labels, max(asked, default=BASE_YEAR + 1))


def _check(scenario: Scenario, programme: Programme | None, faults: FaultList) -> None:
    """Add everything that is wrong with a scenario beside its files."""
    for name in scenario.without:
        if programme is not None and name not in programme.ids:
            place = f"--without {name or repr(name)}"
            faults.add(place, "is not an item of the programme", did_you_mean(name, programme.ids))
    if not scenario.years and not faults:
        faults.add("--year", "no year is asked about", "Give at least one year.")
    for year in scenario.years:
        if not BASE_YEAR < year <= LAST_YEAR:
            faults.add(
                f"--year {year}", f"is outside {BASE_YEAR + 1} to {LAST_YEAR}", "Give a year in that range."
            )
    scaled = {name for kind, name, _ in scenario.variations if kind == "scale"}
    for path in sorted(scaled.intersection(path for path, _ in scenario.patches)):
        faults.add(
            f"--scale {path}", "is set, too: a figure that is set is not scaled", "Leave one of them out."
        )
    left_out = set(scenario.without).difference(programme.alternatives if programme else ())
    paths = [("--scale", name) for kind, name, _ in scenario.variations if kind == "scale"]
    paths += [("--set", path) for path, _ in scenario.patches]
    for option, path in paths:
        item, dot, _ = path.partition(".")
        if dot and item in left_out:
            reason = f"{item} is left out of the question: nothing that is changed of it would count"
            faults.add(f"{option} {path}", reason, f"Give this, or --without {item}, not both.")
    limits = dict(scenario.assumptions).get(SWITCH, 0.0)
    if limits not in (0.0, 1.0):
        faults.add(f"assumptions {SWITCH}", f"is {limits:g}", "Give 1 for limits that bind, or 0.")
    rule = scenario.deficit_rule
    if rule not in DEFICIT_RULES:
        faults.add(f"--deficit-rule {rule}", "is not a rule", did_you_mean(rule, DEFICIT_RULES))
    known = [row.name for row in priorities() if row.assessed]
    for name in scenario.priorities:
        if name not in known:
            faults.add(
                f"--priorities {name}", "is not a priority that is assessed", did_you_mean(name, known)
            )
    charge = scenario.charge
    if charge not in IN_WORDS:
        faults.add(f"--charge {charge}", "is not a way to charge capital", did_you_mean(charge, IN_WORDS))


def refuse_unverified(asked: Question) -> None:
    """Raise `Faults` that name every figure in use that is recalled; assumptions of ours are not figures."""
    faults = FaultList()
    mend = "Give the address of what was read and the date, or appraise without --publication."
    for owner, name, figure in asked.programme.all_figures():
        if owner not in asked.scenario.without and figure.value is not None and figure.flag == "recalled":
            faults.add(f"programme {owner}, {name}", "is recalled, not verified", mend)
    for name in asked.assumptions.names:
        if asked.assumptions.evidence(name).flag == "recalled":
            faults.add(f"parameter {name}", "is recalled, not verified", mend)
    for table, name in recalled_rows():
        faults.add(f"table {table}, row {name}", "is recalled, not verified", mend)
    faults.raise_if_any()
