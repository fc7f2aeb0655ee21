"""Why an item is worth what it is: from its net present value down to rows of its ledger and published figures.

    net present value -> margins -> rows by economy and party -> figures of the item, parameters, facts of economies

What a direct margin rests on is found by working it out again: parameters and facts that are read on the way, and of
these and of the item's own figures all that move it. Nothing is listed by hand, so that no list can fall behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

import numpy as np
import pandas as pd

from samarkand.core.conventions import Floats
from samarkand.core.evidence import Evidence
from samarkand.core.lineage import Lineage, leaf
from samarkand.ledger.margins import flows, margins, standing_apart
from samarkand.programme.channels.channel import channels, channels_of
from samarkand.programme.model.models import Item, Project, Section
from samarkand.world.economies.facts import Fact, Facts
from samarkand.world.world import World
from samarkand.worth.direct import direct_streams
from samarkand.worth.hazards import hazard_streams
from samarkand.worth.item_worth import ItemWorth
from samarkand.worth.life import life_of
from samarkand.worth.rows import rows_of
from samarkand.worth.streams import Stream
from samarkand.worth.worth import Worth

MOST_ROWS = 6  # economies and parties by name; of a gain in trade there are two hundred
MOVED = 0.99  # a figure is moved down by a hundredth, so that a share of one stays a share
OF_MARGIN = ["margin", "flow", "case"]
COST_OF_LIFE = ("capex", "upkeep", "residual")
WAY_ON = "samarkand explain real_income_unpaid_value --economy ISO3"
NOT_AGAIN = "that take it in the equilibrium: they are not counted again"

Key = tuple[str, str, str]
Level = TypeVar("Level", Item, Section)


class _Reads(Mapping[str, float]):
    """Parameters that remember which of them were read."""

    def __init__(self, given: Mapping[str, float]) -> None:
        self.given, self.names = given, dict[str, None]()

    def __getitem__(self, name: str) -> float:
        found = self.given[name]
        self.names[name] = None
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self.given)

    def __len__(self) -> int:
        return len(self.given)


class _ReadFacts(Facts):
    """Facts that remember which of them were read; `instead`: one in place of its own."""

    def __init__(self, given: Facts, instead: Fact | None = None) -> None:
        super().__init__(given.table, given.as_of)
        self.found: dict[tuple[str, str], Fact] = {}
        self.instead = instead

    def get(self, economy: str, variable: str) -> Fact:
        """The fact, remembered."""
        fact = super().get(economy, variable)
        if self.instead is not None and (self.instead.economy, self.instead.variable) == (economy, variable):
            fact = self.instead
        self.found[economy, variable] = fact
        return fact


def explain_item(worth: Worth, name: str) -> Lineage:
    """The lineage of the net present value of an item at the rate of the headline; the reason where there is none."""
    one = worth.items[name]
    title = f"Net present value of {one.item.title}"
    if not one.is_assessed or one.life is None:
        return Lineage(title, method=f"not assessed: {one.reason}")
    rate, rows = one.parameters["discount_rate"], rows_of(one)
    rows = rows[~rows["margin"].isin(standing_apart())]  # in no net present value
    worth_of = rows["central"] * (1.0 + rate) ** -(rows["year"] - one.life.start).to_numpy(np.float64)
    rows = rows.assign(present=worth_of)
    rests = _rests_of_direct(one, worth.asked.world)
    parts = tuple(_of_margin(worth, one, mine, rests) for _, mine in rows.groupby(OF_MARGIN, sort=False))
    method = f"sum of all rows, discounted to {one.life.start}, the first year of construction"
    discounting = one.parameters.lineage("discount_rate")
    found = Lineage(
        f"{title} at {rate:.0%}", float(worth_of.sum()), "US$ m", method, inputs=(*parts, *discounting)
    )
    return _cited_once(found, set())


def _cited_once(line: Lineage, known: set[str]) -> Lineage:
    """The tree with the source of each figure at its first place; after that it is as above."""
    if line.evidence is not None and line.name in known:
        return Lineage(line.name, line.value, line.unit, "as above")
    known.add(line.name)
    return replace(line, inputs=tuple(_cited_once(one, known) for one in line.inputs))


def _of_margin(
    worth: Worth, one: ItemWorth, rows: pd.DataFrame, rests: Mapping[Key, tuple[Lineage, ...]]
) -> Lineage:
    """A margin: its present value, its rows, and what they rest on."""
    margin, flow, case = (str(rows[name].iloc[0]) for name in OF_MARGIN)
    title = margins()[margin].title + (f", {case}" if case else "")
    title += "" if flow in ("any", "accounts") else f", {flows()[flow].title.lower()}"
    title += ", transfers" if margins()[margin].transfer else ""
    if margin in COST_OF_LIFE:
        inputs, method = _of_cost(one, margin), margins()[margin].description
    elif (rows["owner"] == "equilibrium").all():
        inputs, method = _of_trade(one, worth.asked.world), f"{rows['source'].iloc[0]}; as in {worth.year}"
    else:
        inputs, method = rests.get((margin, flow, case), ()), rows["source"].iloc[0]
    present = float(rows["present"].sum())
    if margins()[margin].transfer:
        method = f"adds up to nothing; {method}"
        present = 0.0  # up to rounding, as the ledger checks
    return Lineage(title, present, "US$ m", method, inputs=(*_of_rows(rows, worth), *inputs))


def _of_rows(rows: pd.DataFrame, worth: Worth) -> Iterable[Lineage]:
    """Rows by economy and party: of each that of its largest year, and how many there are."""
    names, found = worth.asked.world.names, []
    for _, mine in rows.groupby(["economy", "party"], sort=False):
        economy, party = mine["economy"].iloc[0], mine["party"].iloc[0]
        largest = mine.loc[mine["central"].abs().idxmax()]
        ends = f", {largest.low:,.3g} to {largest.high:,.3g}" if largest.low == largest.low else ""
        whose = names.get(economy, economy) + (f" ({party})" if party else "")
        years = f"{mine['year'].min()} to {mine['year'].max()}; the largest of {len(mine)}"
        years = "the only row" if len(mine) == 1 else years
        found.append(
            (
                float(mine["present"].sum()),
                Lineage(f"{whose}, {largest.year}", float(largest.central), "US$ m a year", f"{years}{ends}"),
            )
        )
    ranked = sorted(found, key=lambda pair: -abs(pair[0]))
    yield from (line for _, line in ranked[:MOST_ROWS])
    if rest := ranked[MOST_ROWS:]:
        present = sum(value for value, _ in rest)
        said = "present value; all rows are in worth-ledger.parquet"
        yield Lineage(f"{len(rest)} more", present, "US$ m", said)


def _of_cost(one: ItemWorth, margin: str) -> tuple[Lineage, ...]:
    """What capital cost, upkeep and residual value rest on."""

    def flow(item: Item, parameters: Mapping[str, float]) -> Floats:
        life = life_of(item, parameters)
        assert life is not None
        of = {"capex": life.spending, "upkeep": life.upkeep_by_year, "residual": life.residual}
        return np.concatenate([[life.start, life.opening, life.service], of[margin]()])

    reads = _Reads(one.parameters)
    here = flow(one.item, reads)
    found = [
        leaf(name, figure)
        for name, figure, moved in _each_moved(one.item)
        if not _same(here, flow(moved, one.parameters))
    ]
    found.insert(0, Lineage(f"opens {one.item.opening}"))
    for name in reads.names:
        if not _same(here, flow(one.item, {**one.parameters, name: _moved(one.parameters[name])})):
            found += one.parameters.lineage(name)
    return tuple(found)


def _of_trade(one: ItemWorth, world: World) -> tuple[Lineage, ...]:
    """Figures of an item and parameters by which it acts on trade, and where the way goes on."""
    own = [channels()[name] for name in channels_of(one.item.kind_row)]

    def acts(item: Item, given: Mapping[str, float]) -> tuple[object, ...]:
        return tuple(channel.effects_of(item, world, given).changes for channel in own)

    reads = _Reads(one.parameters)
    here = acts(one.item, reads)
    found = [
        leaf(name, figure)
        for name, figure, moved in _each_moved(one.item)
        if acts(moved, one.parameters) != here
    ]
    for name in reads.names:
        if acts(one.item, {**one.parameters, name: _moved(one.parameters[name])}) != here:
            found += one.parameters.lineage(name)
    stream = next(stream for stream in one.streams if stream.owner == "equilibrium")
    return (
        *found,
        *_of_course(one, stream),
        Lineage("Accounts, network, rates, elasticities", method=WAY_ON),
    )


def _of_course(one: ItemWorth, stream: Stream) -> tuple[Lineage, ...]:
    """Parameters that a stream goes on by."""
    assert one.life is not None
    reads = _Reads(one.parameters)
    for economy in dict.fromkeys(economy for economy, _ in stream.amounts):
        one.life.course_of(stream, economy, reads, one.projection)
    use = () if stream.course == "at_once" else ("demand_factor",)
    return one.parameters.lineage(*use, *reads.names)


def _rests_of_direct(one: ItemWorth, world: World) -> dict[Key, tuple[Lineage, ...]]:
    """By margin what its direct rows rest on: figures of the item, facts of economies, parameters."""
    facts, reads = _ReadFacts(world.fact_table), _Reads(one.parameters)

    def streams(item: Item, given: Mapping[str, float], of_facts: Facts) -> dict[Key, Floats]:
        found, _ = direct_streams(item, replace(world, fact_table=of_facts), one.tonnes, (given,) * 3)
        in_trade = [stream for stream in one.streams if stream.owner == "equilibrium"]
        found += hazard_streams(item, in_trade + found)
        return {
            _key(stream): np.array([amount.central for amount in stream.amounts.values()]) for stream in found
        }

    here = streams(one.item, reads, facts)
    candidates = [
        (leaf(name, figure), streams(moved, one.parameters, world.fact_table))
        for name, figure, moved in _each_moved(one.item)
    ]
    for (economy, variable), fact in tuple(facts.found.items()):
        if fact.value is not None:
            moved_facts = _ReadFacts(world.fact_table, replace(fact, value=_moved(fact.value)))
            found = streams(one.item, one.parameters, moved_facts)
            candidates.append((_of_fact(f"{variable}, {economy}", fact), found))
    for name in tuple(reads.names):
        moved_one = {**one.parameters, name: _moved(one.parameters[name])}
        (of_parameter,) = one.parameters.lineage(name)
        candidates.append((of_parameter, streams(one.item, moved_one, world.fact_table)))
    rests = {}
    for stream in one.streams:
        key = _key(stream)
        if stream.owner == "direct":
            moving = [line for line, moved in candidates if not _same(here[key], moved.get(key))]
            if stream.flow == "outside_accounts":
                moving.append(Lineage("Tonnes of the accounts", 1e-6 * one.tonnes, "m t a year", NOT_AGAIN))
            rests[key] = (*moving, *_of_course(one, stream))
    return rests


def _of_fact(name: str, fact: Fact) -> Lineage:
    cited = Evidence(value=fact.value, unit=fact.unit, year=fact.year, source=fact.source, flag="derived")
    return leaf(name, cited)


def _each_moved(item: Item) -> Iterator[tuple[str, Evidence, Item]]:
    """Each figure of an item and of its sections, and the item with that one moved."""
    for name, figure in _known(item.own_figures()):
        yield name, figure, _with(item, name, figure)
    sections = item.section if isinstance(item, Project) else ()
    for place, one in enumerate(sections):
        for name, figure in _known(one.own_figures()):
            others = (*sections[:place], _with(one, name, figure), *sections[place + 1 :])
            yield f"section {place + 1} {name}", figure, item.model_copy(update={"section": others})


def _known(figures: Iterable[tuple[str, Evidence]]) -> Iterator[tuple[str, Evidence]]:
    return ((name, figure) for name, figure in figures if figure.value is not None)


def _with(of: Level, name: str, figure: Evidence) -> Level:
    """An item or section with one of its figures moved."""
    moved = figure.model_copy(update={"value": _moved(figure.value or 0.0), "low": None, "high": None})
    if name in type(of).model_fields:
        return of.model_copy(update={name: moved})
    own = tuple((key, moved if key == name else value) for key, value in of.attributes)
    return of.model_copy(update={"attributes": own})


def _moved(value: float) -> float:
    return value * MOVED if value else 1.0 - MOVED


def _same(one: Floats, other: Floats | None) -> bool:
    return other is not None and one.shape == other.shape and bool(np.all(one == other))


def _key(stream: Stream) -> Key:
    return stream.margin, stream.flow, stream.case
