"""Prints the figures of docs/plausibility.md: of an appraisal, and of variants of it with published assumptions.

    python -m docs.plausibility [PROGRAMME]
    python -m docs.plausibility --variants POLICY

POLICY: a programme with lines, measures at borders (kind border_crossing) and ports, as the published studies assume
them; each of these parts is a variant.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from samarkand import appraise
from samarkand.analysis.observed import straits_by_value
from samarkand.appraisal import find_baseline, find_state
from samarkand.core.progress import quiet
from samarkand.engines.equilibrium import Solution
from samarkand.engines.equilibrium.measures import calc_real_income_hat
from samarkand.result import Appraisal
from samarkand.session import Session
from samarkand.solving import Baseline

YEAR = 2035
SMALLEST = 1e-12
LINES, BORDERS, PORTS = ("rail", "road"), ("border_crossing",), ("port",)
CLASS_RATES = {"class_figures_share": 1.0}
# What was published of the whole Belt and Road programme: change of trade cost, world and between its economies.
PUBLISHED_TRADE_COSTS = ((-0.011, -0.015), (-0.022, -0.028))


@dataclass(frozen=True)
class Variant:
    """What a variant changes, each for the world and between participants, fractions: trade-weighted and plain means
    over pairs of economies of hours and generalised cost; real income before anybody pays."""

    name: str
    hours: tuple[float, float]
    hours_plain: tuple[float, float]
    cost: tuple[float, float]
    cost_plain: tuple[float, float]
    income: tuple[float, float]


def variants(policy: str, session: Session) -> Iterator[Variant]:
    """Parts of a programme of published assumptions alone and together, and published costs put straight in."""
    programme = session.ask(policy, None, years=(YEAR,)).programme
    inside = {economy for item in programme.items for economy in item.economies}
    parts: tuple[tuple[str, Collection[str], dict[str, float]], ...] = (
        ("A: lines", LINES, {}),
        ("A with class rates", LINES, CLASS_RATES),
        ("B: borders halved", BORDERS, {}),
        ("C: ports halved", PORTS, {}),
        ("A + B + C", (*LINES, *BORDERS, *PORTS), {}),
        ("A + B + C with class rates", (*LINES, *BORDERS, *PORTS), CLASS_RATES),
    )
    for name, kinds, assumptions in parts:
        without = tuple(item.id for item in programme.items if item.kind not in kinds)
        asked = session.ask(policy, None, years=(YEAR,), without=without, assumptions=assumptions)
        schedule, baseline = session.schedule(asked), find_baseline(asked, session)
        state = find_state(asked, schedule, baseline, session, quiet, len(schedule.states) - 1)
        costs = state.costs.sel(variant="logsum")
        hours, generalised = (
            changes(costs[figure], state.surface_trade, inside) for figure in ("hours", "generalised_cost")
        )
        yield Variant(name, *hours, *generalised, incomes(baseline, state.before_financing, inside))
    for world, between in PUBLISHED_TRADE_COSTS:
        hat = published_costs(baseline, world, between, inside)
        nothing = (float("nan"), float("nan"))
        found = incomes(baseline, baseline.setting.solve(hat), inside)
        name = f"published trade costs put straight in ({world:.1%}, {between:.1%})"
        yield Variant(name, nothing, nothing, nothing, nothing, found)


def changes(
    figure: xr.DataArray, trade: xr.DataArray, inside: Collection[str]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Mean change of a figure over pairs of economies, weighted by trade and plain; for the world and inside.

    figure: dims (state, vot_class, origin, destination). The change of a pair is the mean over classes of goods by
    trade.
    """
    change = (figure.sel(state="with") / figure.sel(state="without") - 1).transpose(*trade.dims)
    known = np.isfinite(change) & (change["origin"] != change["destination"])
    weight = trade.where(known, 0.0)
    by_pair = (change.where(known, 0.0) * weight).sum("vot_class") / weight.sum("vot_class")
    total = weight.sum("vot_class")
    both = total["origin"].isin(list(inside)) & total["destination"].isin(list(inside))
    found = []
    for rows in (total > 0, (total > 0) & both):
        mean = float((by_pair * total).where(rows).sum() / total.where(rows).sum())
        found.append((mean, float(by_pair.where(rows).mean())))
    return (found[0][0], found[1][0]), (found[0][1], found[1][1])


def incomes(baseline: Baseline, solution: Solution, inside: Collection[str]) -> tuple[float, float]:
    """Change of real income, of the world and of the economies inside: mean weighted by final demand."""
    world = baseline.setting.world
    demand = world.accounts.final_demand
    size = demand.sum([name for name in demand.dims if name != "destination"]).sel(
        destination=list(world.labels)
    )
    change = calc_real_income_hat(solution) - 1
    member = np.isin(world.labels, sorted(inside))
    weight = size.to_numpy()
    return float(change @ weight / weight.sum()), float(
        change[member] @ weight[member] / weight[member].sum()
    )


def published_costs(
    baseline: Baseline, world: float, between: float, inside: Collection[str]
) -> xr.DataArray:
    """Iceberg costs of goods by published changes: `between` inside, elsewhere what makes `world` the mean."""
    hat = xr.ones_like(baseline.costs.hat)
    goods = baseline.setting.commodities["network_share"].reindex(sector=hat["sector"]) > 0
    trade = baseline.setting.world.accounts.trade_flow.where(goods, 0.0)
    abroad = hat["origin"] != hat["destination"]
    both = hat["origin"].isin(list(inside)) & hat["destination"].isin(list(inside)) & abroad
    share = float(trade.where(both).sum() / trade.where(abroad).sum())
    elsewhere = (world - share * between) / (1 - share)
    hat = hat.where(~(abroad & goods), 1 + elsewhere)
    return hat.where(~(both & goods), 1 + between).transpose("origin", "destination", "sector")


def variant_table(rows: Iterator[Variant]) -> Iterator[str]:
    """The lines of the table of the page, per cent, world / participants."""
    yield "| | hours | hours, plain | generalised cost | generalised cost, plain | real income before payment |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        cells = [
            " / ".join("" if np.isnan(value) else f"{100 * value:+.{digits}f}" for value in pair).strip(" /")
            for pair, digits in (
                (row.hours, 2),
                (row.hours_plain, 2),
                (row.cost, 2),
                (row.cost_plain, 2),
                (row.income, 4),
            )
        ]
        yield f"| {row.name} | {' | '.join(cells)} |"


def figures(appraisal: Appraisal) -> dict[str, float | str]:
    """Changes as fractions, and the pair that changes most, by the words of the table."""
    table = appraisal.results
    table = table[table["year"] == YEAR]
    participants = {economy for item in appraisal.programme.items for economy in item.economies}

    def pairs(indicator: str, scenario: str) -> pd.Series:
        rows = table[(table["indicator"] == indicator) & (table["scenario"] == scenario)]
        found = rows.groupby(["economy", "partner"])["value"].sum()
        return found[[one != other for one, other in found.index]]

    def economies(indicator: str, scenario: str) -> pd.Series:
        rows = table[(table["indicator"] == indicator) & (table["scenario"] == scenario)]
        return rows.set_index("economy")["value"]

    weight = pairs("trade_flow", "without")
    inside = np.array([one in participants and other in participants for one, other in weight.index])
    found: dict[str, float | str] = {}
    for words, change in (
        ("shipment time", pairs("pair_time", "with") / pairs("pair_time", "without") - 1),
        ("freight cost", pairs("pair_generalised_cost", "change")),
        ("trade cost", pairs("pair_trade_cost", "change")),
    ):
        change = change.reindex(weight.index)
        most = change.idxmin()
        found[f"{words}, world"] = float((change * weight).sum() / weight.sum())
        found[f"{words}, participants"] = float((change * weight)[inside].sum() / weight[inside].sum())
        found[f"{words}, most changed pair"] = f"{change[most]:.4%} ({'-'.join(most)})"
    state = appraisal.states[-1]
    costs = state.costs.sel(variant="logsum")
    for words, figure in (("hours", "hours"), ("generalised cost", "generalised_cost")):
        means = changes(costs[figure], state.surface_trade, participants)
        for how, (world, inside_) in zip(("by goods trade", "plain"), means, strict=True):
            found[f"{words}, world, {how}"], found[f"{words}, participants, {how}"] = world, inside_
    flows = pairs("trade_flow", "with").reindex(weight.index)
    found["trade among participants"] = float(flows[inside].sum() / weight[inside].sum() - 1)
    value, rate = economies("real_income_value", "change"), economies("real_income", "change")
    size = (value / rate).where(rate.abs() > SMALLEST)  # an economy that does not change weighs nothing
    unpaid = economies("real_income_unpaid", "change") * size
    income = float(appraisal.world.accounts.final_demand.sum())
    found["real income, world, before payment"] = float(unpaid.sum()) / income
    found["real income, world, after payment"] = float(value.sum()) / income
    found |= chokepoints(appraisal)
    found |= cost_of_imports(state.solved.baseline)
    found["losers"] = ", ".join(rate[rate < 0].sort_values().index[:8])
    return found


def cost_of_imports(baseline: Baseline) -> dict[str, float | str]:
    """Freight cost over value of what is imported over the network, by group of importers; fractions."""
    world = baseline.setting.world
    trade = world.accounts.trade_flow * baseline.setting.commodities["network_share"]
    landlocked = world.facts["lldc"].astype("boolean").fillna(False)
    groups = {
        "landlocked developing economies": [
            e for e in world.labels if e in landlocked.index and landlocked[e]
        ],
        "all others": [e for e in world.labels if not (e in landlocked.index and landlocked[e])],
        "all": list(world.labels),
    }
    return {
        f"freight cost over value of imports, {group}": mean_import_cost(
            baseline.ad_valorem_cost, trade, members
        )
        for group, members in groups.items()
    }


def mean_import_cost(cost: xr.DataArray, trade: xr.DataArray, importers: Collection[str]) -> float:
    """sum of cost x trade over sum of trade, of what crosses a border to the importers.

    Both have dims (origin, destination, sector).
    """
    cost, trade = xr.align(cost, trade, join="inner")
    counted = (trade["origin"] != trade["destination"]) & trade["destination"].isin(list(importers))
    weight = trade.where(counted & np.isfinite(cost), 0.0)
    return float((cost.fillna(0.0) * weight).sum() / weight.sum())


def chokepoints(appraisal: Appraisal) -> dict[str, float | str]:
    """Shares of the world's trade in goods that pass each chokepoint without the programme, by value."""
    shares = straits_by_value(appraisal.states[-1].solved.baseline)
    return {f"goods through {name}": share for name, share in shares.items()}


def main() -> None:
    """Appraise a programme, the default one if none is named, and print its figures; or the table of variants."""
    if sys.argv[1:2] == ["--variants"]:
        for line in variant_table(variants(sys.argv[2], Session())):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        return
    name = sys.argv[1] if len(sys.argv) > 1 else "eurasian-corridors"
    for words, value in figures(appraise(name, years=(YEAR,))).items():
        sys.stdout.write(f"{words}: {value if isinstance(value, str) else format(value, '.6g')}\n")


if __name__ == "__main__":
    main()
