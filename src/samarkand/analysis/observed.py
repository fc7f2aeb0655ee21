"""Freight of the model beside freight as it was observed: tonnes at gates, shares of straits and of modes,
costs, transit income.

The table says beforehand what is compared, where and in which year (`observed_freight.csv`); nothing of it is left out
because it does not fit. It is the world without a programme, on the open network.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Literal

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from pydantic import model_validator

from samarkand.analysis.air_shares import calc_air_share
from samarkand.analysis.mode_shares import SHARES, Split, calc_split, goods_on_network, prepare_borders
from samarkand.analysis.observed_limits import (
    UNKNOWN,
    TollSensitivity,
    gates_with_limits,
    standing_of,
    toll_sensitivity,
    with_limits,
)
from samarkand.baseline import Baseline, solve_baseline
from samarkand.core.conventions import Floats
from samarkand.core.declarations import read_table
from samarkand.core.evidence import Cited, Evidence
from samarkand.core.faults import Faults
from samarkand.core.progress import Progress, quiet
from samarkand.engines.equilibrium.measures import calc_equivalent_variation
from samarkand.engines.once import derived
from samarkand.priorities.trade.exposure import sea_share
from samarkand.session import Session, default_session
from samarkand.solving import Setting
from samarkand.world.freight.capacity import calc_flow, find_place
from samarkand.world.freight.chokepoint_shares import passages_of
from samarkand.world.freight.mode_choice import add_by_class
from samarkand.world.freight.skims import MODES
from samarkand.world.freight.transit import income_by_tariff
from samarkand.world.network.transit_tariffs import transit_tariffs
from samarkand.world.world import World, load_world

Measure = Literal[
    "tonnes",
    "value_share",
    "mode_share",
    "tonnes_share",
    "teu_share",
    "work_share",
    "air_share",
    "freight_cost",
    "freight_cost_ratio",
    "transit_income",
    "transit_lost",
    "income_lost",
]
UNITS: dict[str, str] = {
    "tonnes": "m t a year",
    "value_share": "fraction",
    "mode_share": "fraction",
    "tonnes_share": "fraction",
    "teu_share": "fraction",
    "work_share": "fraction",
    "air_share": "fraction",
    "freight_cost": "fraction",
    "freight_cost_ratio": "ratio",
    "transit_income": "US$ m",
    "transit_lost": "US$ m",
    "income_lost": "US$ m",
}
IN_TRANSIT = ("transit_income", "transit_lost", "income_lost")
FITTED = ("calibrate", "next")  # uses of the rows that a fit of the constants of the choice of modes takes
FACTOR = 1.5  # how near transit income shall be to the published
FIVE_POINTS = 0.05  # how near the shares that nothing is fitted to shall be, in the median


class ObservedRow(Cited):
    """A row of `observed_freight.csv`: one figure, and where the model has the like."""

    id: str
    group: str
    title: str
    measure: Measure
    place: str
    border: str = ""
    year: int
    observed: float | None = None
    low: float | None = None
    high: float | None = None
    use: Literal["calibrate", "next", "meet", "report"]

    @model_validator(mode="after")
    def _holds_together(self) -> ObservedRow:
        if self.observed is None and not self.note:
            raise ValueError("a figure that is not known needs a note that says so")
        if self.border and self.measure not in SHARES:
            raise ValueError("only shares of modes are counted at a border")
        _ = self.evidence
        return self

    @property
    def unit(self) -> str:
        """The unit of the figure."""
        return UNITS[self.measure]

    @property
    def what(self) -> str:
        """What is counted, in words."""
        if self.measure in SHARES:
            where = ", at the border" if self.border else ""
            return f"share of {SHARES[self.measure]} by {self.place.partition(':')[2]}{where}"
        return {
            "tonnes": "tonnes a year",
            "value_share": "of the world's trade in goods",
            "air_share": "share of value by air",
            "freight_cost": "money for freight over the value of imports",
            "freight_cost_ratio": "money for freight over the value of imports, one over the other",
            "transit_income": "US$ m a year with goods of others",
            "transit_lost": "US$ m a year with goods of others, no longer earned",
            "income_lost": "US$ m a year of real income, payments of transit in it",
        }[self.measure]

    @property
    def evidence(self) -> Evidence:
        """The figure as evidence. Raises ValueError where it lies outside its range."""
        return self.cited(self.observed, self.unit, low=self.low, high=self.high, year=self.year)


def observed_freight() -> tuple[ObservedRow, ...]:
    """The declared figures, in the order of the table."""
    return read_table("samarkand.analysis", "observed_freight.csv", ObservedRow)


def pair_of(place: str) -> str:
    """Code of the pair of parties of a place, the same both ways: `RUS>CHN:rail` is of CHN-RUS."""
    return "-".join(sorted(place.partition(":")[0].replace(">", "-").split("-")))


def drawn_half(pairs: Iterable[str]) -> frozenset[str]:
    """The half of some pairs (the larger where they are odd) that constants are fitted to: the least by SHA-256."""
    ordered = sorted(set(pairs), key=lambda pair: sha256(pair.encode()).hexdigest())
    return frozenset(ordered[: (len(ordered) + 1) // 2])


def misses(table: pd.DataFrame, use: str) -> pd.Series:
    """Distances of modelled from observed shares of modes, fractions, in the rows of a use (`beside_observed`)."""
    shares = table[(table["use"] == use) & table["measure"].isin(list(SHARES))]
    return (shares["modelled"] - shares["observed"]).abs()


@dataclass(frozen=True)
class ObservedFreight:
    """What stands on the page of the model beside the world.

    table: as `beside_observed`; gates: published capacities in force (`observed_limits.gates_with_limits`); tolls: by
    title, of canals whose modelled income is further than `FACTOR` from the published, what a price would turn aside.
    """

    table: pd.DataFrame
    gates: pd.DataFrame
    tolls: dict[str, TollSensitivity]


def observed_and_limits(
    world: World | None = None, *, session: Session | None = None, progress: Progress = quiet
) -> ObservedFreight:
    """Freight beside the observed one without limits and with them, and why transit income differs where it does."""
    world, session = world or load_world(), session or default_session()
    table = beside_observed(world, session=session, progress=progress)
    baseline = open_baseline(world, session, progress)
    gates = gates_with_limits(baseline, progress)
    far = table[(table["measure"] == "transit_income") & ~table["factor"].between(1 / FACTOR, FACTOR)]
    place_of = {row.id: row.place for row in observed_freight()}
    found = {row["title"]: toll_sensitivity(baseline, place_of[row["id"]]) for row in far.to_dict("records")}
    return ObservedFreight(table, gates, {name: one for name, one in found.items() if one is not None})


def beside_observed(
    world: World | None = None, *, session: Session | None = None, progress: Progress = quiet
) -> pd.DataFrame:
    """One row a figure, with what the model has of the same: factor = modelled / observed.

    Columns: id, group, measure, title, what, year, unit, observed, modelled, factor, uncalibrated, limited,
    limited_factor, price, price_unit, standing, marked, use, flag, source, address, note. modelled is missing where the
    world's network lacks the place; factor also where nothing is observed; uncalibrated is what shares of modes are
    with constants of zero. limited: tonnes at gates and transit income with published capacities in force, and how the
    gate stands then (`observed_limits.standing_of`); missing where these cannot be kept.
    """
    world, session = world or load_world(), session or default_session()
    baseline = open_baseline(world, session, progress)
    progress("laying freight on the network")
    try:
        limited = with_limits(baseline, progress)
    except Faults:  # `gates_with_limits` says of which place
        limited = None
    declared, rows = observed_freight(), []
    prepare_borders(baseline, [row.border for row in declared if row.border])
    for row in declared:
        modelled = calc_modelled(baseline, row)
        rows.append(
            {
                "id": row.id, "group": row.group, "measure": row.measure, "title": row.title, "what": row.what,
                "year": row.year, "unit": row.unit, "observed": row.observed, "modelled": modelled,
                "factor": None if modelled is None or not row.observed else modelled / row.observed,
                "uncalibrated": _mode_share(baseline, row, plain=True) if row.measure in SHARES else None,
                **_limited(limited, row),
                "use": row.use, "flag": row.flag, "source": row.source, "address": row.address, "note": row.note,
            }
        )  # fmt: skip
    table = pd.DataFrame(rows)
    for name in ("observed", "modelled", "factor", "uncalibrated", "limited", "limited_factor", "price"):
        table[name] = pd.to_numeric(table[name])
    return table


def open_baseline(world: World, session: Session, progress: Progress = quiet) -> Baseline:
    """The world without a programme, with nothing closed and no limits; solved once in a session."""

    def make() -> Baseline:
        return solve_baseline(Setting(world, world.assumptions, "fixed_nominal"), (), session.kept, progress)

    return session.kept(("observed", world.hash), make)


def _limited(limited: Baseline | None, row: ObservedRow) -> dict[str, Any]:
    """Columns of a figure with limits on; missing where it is neither tonnes at a place nor income from transit."""
    found: dict[str, Any] = {
        "limited": None, "limited_factor": None, "price": None, "price_unit": "", "standing": UNKNOWN,
        "marked": False,
    }  # fmt: skip
    if limited is None or row.measure not in ("tonnes", "transit_income"):
        return found
    place = row.place
    if row.measure == "transit_income":
        place = next(one.place for one in transit_tariffs() if one.id == row.place)
    value = calc_modelled(limited, row)
    factor = None if value is None or not row.observed else value / row.observed
    return {"limited": value, "limited_factor": factor, **standing_of(limited, place)}


def calc_modelled(baseline: Baseline, row: ObservedRow) -> float | None:
    """What the model has of a row, in its unit; None where the world or its network lacks the place."""
    if row.measure == "tonnes":
        return _tonnes(baseline, row.place)
    if row.measure == "value_share":
        return straits_by_value(baseline).get(row.place)
    if row.measure in SHARES:
        return _mode_share(baseline, row)
    if row.measure == "air_share":
        return calc_air_share(baseline, row.place)
    if row.measure in IN_TRANSIT:
        return _in_transit(baseline, row)
    groups = row.place.split("/")
    costs = [cost for words in groups if (cost := _cost_of_imports(baseline, words)) is not None]
    if len(costs) < len(groups):
        return None
    return costs[0] / costs[1] if row.measure == "freight_cost_ratio" else costs[0]


def _tonnes(baseline: Baseline, place: str) -> float | None:
    """Million tonnes a year through a place, both ways; None where the network does not have it."""
    parameters = baseline.setting.assumptions.parameters
    try:
        found = find_place(place, baseline.setting.world.network, parameters)
    except Faults:
        return None
    return calc_flow(baseline.assignment, found, UNITS["tonnes"], parameters)


def _transit_income(baseline: Baseline, tariff: str) -> float | None:
    """US$ m a year at a tariff of transit; None where the network does not have its place."""
    passing = baseline.assignment.passing
    found = float("nan") if passing is None else float(income_by_tariff(passing).sel(tariff=tariff))
    return None if np.isnan(found) else found


def _in_transit(baseline: Baseline, row: ObservedRow) -> float | None:
    """US$ m a year of a figure of transit; None where the network or the accounts do not have its place.

    What is lost is that part of a whole closure which the place states: `tariff:part`, or `economy:closure:part`.
    """
    if row.measure == "transit_income":
        return _transit_income(baseline, row.place)
    *names, part = row.place.split(":")
    found = _transit_income(baseline, names[0]) if len(names) == 1 else _income_lost(baseline, *names)
    return None if found is None else float(part) * found


def _income_lost(baseline: Baseline, economy: str, closure: str) -> float | None:
    """Real income that an economy loses in a year with something closed, equivalent variation, transit paid for."""
    setting = baseline.setting
    if economy not in setting.world.labels:
        return None
    try:
        closed = solve_baseline(replace(setting, transit_payments=True), (closure,), baseline.kept, quiet)
    except Faults:  # the network has no such place
        return None
    return -float(calc_equivalent_variation(closed.solution)[setting.world.labels.index(economy)])


def straits_by_value(baseline: Baseline) -> dict[str, float]:
    """Shares of the world's trade in goods that pass each chokepoint, by value, were all of it at sea; fractions.

        share[k] = sum over o, d of X_od p_kod / sum of X_od,   p_kod = sum_c w_cod passes_kcod / sum_c w_cod

    X_od: trade in goods between economies that no open road or railway of the network joins across a border, by
    whatever mode; w_cod: what of it goes by sea in class c. The published figures lay all trade on shipping lanes and
    leave out neighbours. What goes by air or land takes the voyages of the rest; a pair that ships nothing passes
    nothing. Shares overlap: a voyage may pass many.
    """
    return derived(baseline, "straits by value", lambda: _straits_by_value(baseline))


def _straits_by_value(baseline: Baseline) -> dict[str, float]:
    passes = passages_of(baseline.state.model)
    goods, carried = goods_on_network(baseline)
    labels = baseline.setting.world.labels
    apart = np.ones_like(goods)
    for crossing in baseline.setting.world.network.geography.crossings:
        if crossing.is_open and set(crossing.economies) <= set(labels):
            one, other = (labels.index(code) for code in crossing.economies)
            apart[one, other] = apart[other, one] = 0.0
    at_sea = carried * np.nan_to_num(sea_share(baseline.state.costs, "without"))
    abroad = goods * apart * (1.0 - np.eye(len(labels)))
    share = calc_strait_shares(abroad, at_sea, passes.to_numpy())
    names = passes["chokepoint"].to_numpy().tolist()
    return dict(zip(names, share.tolist(), strict=True))


def calc_strait_shares(goods: Floats, at_sea: Floats, passes: Floats) -> Floats:
    """Shares of trade that pass each chokepoint were all of it at sea, `[k]`, fractions (`straits_by_value`).

    goods[o, d]: money; at_sea[c, o, d]: what of it goes by sea, by class; passes[k, c, o, d]: share of that which
    passes chokepoint k.
    """
    whole = at_sea.sum(axis=0)
    passing = np.einsum("cod,kcod->kod", at_sea, passes)
    share = np.divide(passing, whole, out=np.zeros_like(passing), where=whole > 0)
    found: Floats = (goods * share).sum(axis=(1, 2)) / goods.sum()
    return found


def _mode_share(baseline: Baseline, row: ObservedRow, plain: bool = False) -> float | None:
    """Share of the modes of a row; plain: with constants of zero. None where an economy is not in the world."""
    pairs, _, modes = row.place.partition(":")
    shares = calc_split(baseline, Split(pairs, row.measure, row.border), plain)
    if shares is None:
        return None
    return float(shares[[MODES.index(mode) for mode in modes.split("+")]].sum())


def _cost_of_imports(baseline: Baseline, words: str) -> float | None:
    """Money for freight (rates, fees at borders and ports, costs at home; no time) over the value of imports of goods
    on the network, by a group of importers.

    words: `world`, or facts of economies joined by + (`ldc`, `lldc`, a region), with ! for those that are not.
    money = generalised cost - value of time * hours, both means of the ways that are taken.
    """
    setting = baseline.setting
    world, goods = setting.world, setting.commodities
    importers = _group(world, words)
    if not importers.any():
        return None
    costs = baseline.state.costs.sel(state="without", variant="logsum")
    money = costs["generalised_cost"] - costs["value_of_time"] * costs["hours"]
    loads = add_by_class(goods, goods["cargo_share"] / goods["cargo_value_per_teu"])
    of_sector = xr.dot(money.fillna(0.0), loads, dim="vot_class") / goods["network_share"]
    of_sector = of_sector.where(money.count("vot_class") > 0)
    trade = world.accounts.trade_flow * setting.surface_part * goods["network_share"]
    trade, of_sector = xr.align(trade, of_sector, join="inner")
    order = ("origin", "destination", "sector")
    value, cost = (one.transpose(*order).to_numpy() for one in (trade, of_sector))
    abroad = (trade["origin"].to_numpy()[:, None] != trade["destination"].to_numpy()) & importers
    counted = np.where(abroad[..., None] & np.isfinite(cost), value, 0.0)
    total = float(counted.sum())
    return float((counted * np.nan_to_num(cost)).sum()) / total if total > 0 else None


def _group(world: World, words: str) -> NDArray[np.bool_]:
    """Which economies belong to a group of importers; one of which a fact is not known belongs to neither side."""
    found = np.ones(len(world.labels), np.bool_)
    if words == "world":
        return found
    facts = world.facts.reindex(index=list(world.labels), columns=["ldc", "lldc", "region"])
    for word in words.split("+"):
        name = word.removeprefix("!")
        if name in ("ldc", "lldc"):
            known = facts[name].astype("boolean")
            has = known.fillna(False).to_numpy(bool)
            hasnt = ~known.fillna(True).to_numpy(bool)
        else:
            region = facts["region"].astype("string").fillna("").to_numpy(str)
            has, hasnt = region == name, (region != name) & (region != "")
        found &= hasnt if word.startswith("!") else has
    return found
