"""From the observed table and facts to the accounts of the whole world: read this first.

    units -> donors -> trade by sector -> gravity prior -> balance -> production of what is missing -> accounts

The observed intermediate block is never touched; everything else is estimated. docs/accounts.md gives the method.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from samarkand.core.conventions import REST_OF_WORLD, Floats
from samarkand.world.accounts.estimation.balance import Balanced, balance_flows, spread_under_caps
from samarkand.world.accounts.estimation.donors import GROUPS, donor_weights, features
from samarkand.world.accounts.estimation.evidence import RE_EXPORT_HUBS, Evidence, ObservedTable
from samarkand.world.accounts.estimation.facts import Units, make_units
from samarkand.world.accounts.estimation.prior import (
    calc_sector_exports,
    calc_sector_imports,
    composition_by_sector,
    listed_sectors,
    make_gravity,
    raw_materials,
)
from samarkand.world.accounts.estimation.production import solve_production

# Prior composition of final use by destination: rounds of bringing import shares of final use back to those
# of intermediate use after balancing. Partner shares move by less than half a percentage point after the
# third.
REFINEMENTS = 3
# At most this part of what an industry does not buy from the observed economies is bought from the others, the
# rest being value added.
OUTSIDE_INPUT_CAP = 0.75


@dataclass(frozen=True)
class Method:
    """Evidence that the estimate uses; all of it unless a comparison leaves something out.

    ``trust`` is how nearly published partner shares are met (see `balance_flows`).
    """

    partner_shares: bool = True
    raw_materials: bool = True
    commodities: bool = True
    trust: float = 0.9


PLAIN_GRAVITY = Method(partner_shares=False, raw_materials=False, commodities=False)


@dataclass(frozen=True)
class Estimate:
    """The accounts of the world in factors, US$ million.

    economies: observed, estimated, ROW. intermediate: the observed block. flow: ``[i, s, n]``, final sales
    between observed economies, all sales elsewhere. use_share: ``[n, s, u]``, how a destination spreads what it
    buys (an observed one from estimated ones, an estimated one from anybody) over its industries and, last, its
    end users; adds up to one over u.
    """

    economies: tuple[str, ...]
    sectors: tuple[str, ...]
    observed: int
    intermediate: Floats
    flow: Floats
    use_share: Floats
    measures: dict[str, object]
    units: Units

    def sales_to_industry(self) -> Floats:
        """Intermediate sales by ``[i, s, n]``, observed or estimated."""
        sales = self.flow * (1 - self.use_share[:, :, -1]).T[None, :, :]
        sales[: self.observed, :, : self.observed] = self.intermediate.sum(axis=3)
        return sales


def estimate(
    table: ObservedTable,
    evidence: Evidence,
    groups: Sequence[str],
    method: Method | None = None,
    left_out: str = "",
) -> Estimate:
    """Estimate the accounts of every economy that ``table`` does not have.

    ``groups``: broad group (agriculture, industry, services) of each sector; ``left_out``: the economy whose
    flows the gravity coefficients must not have seen (empty for all of the table).
    """
    method = method or Method()
    units = make_units(evidence, table.economies, partner_shares=method.partner_shares)
    donors, raw = _donors_and_raw(evidence, units, table.sectors)
    exports, imports = _trade_by_sector(table, evidence, units, donors, raw, method)
    prior = make_gravity(
        evidence, units, table.sectors, exports, imports, raw if method.raw_materials else None, left_out
    )
    fitted, rounds = _balance(table, units, exports, prior, method)
    flow, use_share, measures = _complete(table, units, donors, groups, fitted.flows)
    measures |= {
        "rounds_of_balancing": rounds,
        "largest_relative_miss": fitted.miss,
        "scale_of_exports": units.scale,
    }
    return Estimate(
        tuple(units.codes),
        table.sectors,
        units.observed,
        table.intermediate,
        flow,
        use_share,
        measures,
        units,
    )


def _donors_and_raw(evidence: Evidence, units: Units, sectors: Sequence[str]) -> tuple[Floats, Floats]:
    """Weights of the observed units as donors of every unit, and trade in raw materials."""
    import pandas as pd

    raw = raw_materials(evidence, units, sectors)
    frame = evidence.facts[["gdp_2022", "population", *(f"{group}_share" for group in GROUPS)]].astype(float)
    rest = frame.loc[units.in_row]
    row = rest[["gdp_2022", "population"]].sum()
    all_units = pd.concat(
        [frame.loc[units.codes[:-1]], row.to_frame(REST_OF_WORLD).T.reindex(columns=frame.columns)]
    )
    described = features(all_units.astype(float), pd.Series(raw.sum(axis=(1, 2)), index=units.codes))
    return donor_weights(described, described.iloc[: units.observed]), raw


def _trade_by_sector(
    table: ObservedTable, evidence: Evidence, units: Units, donors: Floats, raw: Floats, method: Method
) -> tuple[Floats, Floats]:
    """Exports and imports of every unit by sector."""
    skip = table.sectors if not method.commodities else ("coal", "oil_gas", "ores", "metals")
    out = []
    for column, seen, totals, given in (
        ("export_commodities", calc_sector_exports(table.intermediate), units.exports, raw.sum(axis=2)),
        ("import_commodities", calc_sector_imports(table.intermediate), units.imports, raw.sum(axis=0).T),
    ):
        listed = listed_sectors(evidence.lists, column, units.codes, table.sectors, skip)
        out.append(
            composition_by_sector(
                seen, totals, given, method.raw_materials, donors, listed, units.observed, table.sectors
            )
        )
    return out[0], out[1]


def calc_import_shares(intermediate: Floats) -> Floats:
    """Where each destination buys what it uses of a sector, by intermediate use.

        share[i, s, n] = sum_k intermediate[i, s, n, k] / sum_{i, k} intermediate[i, s, n, k]

    Zero where nothing of the sector is used. Shapes (i, s, n, k) to (i, s, n).
    """
    sales = intermediate.sum(axis=3)
    use = sales.sum(axis=0)
    share: Floats = np.divide(sales, use[None], out=np.zeros_like(sales), where=use[None] > 0)
    return share


def _balance(
    table: ObservedTable, units: Units, exports: Floats, gravity: Floats, method: Method
) -> tuple[Balanced, list[int]]:
    """Trade that meets supply of the observed, exports of all, purchases of all, and partner shares as nearly."""
    o = units.observed
    z = table.other_sales
    among = table.intermediate.sum(axis=(1, 3))
    exports_seen = among.sum(axis=1) - np.diag(among)
    imports_seen = among.sum(axis=0) - np.diag(among)
    # What each observed economy buys besides the observed inputs: its residual sales less the balance still
    # to be met.
    balance = (units.exports - units.imports)[:o] - (exports_seen - imports_seen)
    purchases = np.concatenate([z.sum(axis=1) - balance, units.imports[o:]])
    hubs = np.array([code in RE_EXPORT_HUBS for code in table.economies])
    wanted = np.full(len(units.codes), np.nan)
    wanted[:o] = np.where(hubs, np.nan, units.exports[:o] - exports_seen)

    shares = calc_import_shares(table.intermediate)
    final_use = z.sum(axis=0)[:, None] / z.sum() * purchases[:o][None, :]
    prior = gravity.copy()
    sold = prior[o:].sum(axis=2)
    supply = np.vstack([z, np.where(sold > 0, exports[o:], 0.0)])
    supply[o:] *= (units.exports[o:] / supply[o:].sum(axis=1))[:, None]
    home = np.arange(o)
    rounds: list[int] = []
    fitted: Balanced | None = None
    for _ in range(1 + REFINEMENTS):
        prior[:o, :, :o] = shares * final_use[None]
        # A seller without any intermediate sale needs a cell to sell in: a thousandth of its sales at home.
        prior[home, :, home] += 1e-3 * z
        fitted = balance_flows(
            prior, supply, purchases, wanted, units.pairs, trust=method.trust, tolerance=1e-9, start=fitted
        )
        rounds.append(fitted.rounds)
        final_use = fitted.flows[:o, :, :o].sum(axis=0)
    if fitted is None:
        raise ValueError("nothing was balanced")
    return fitted, rounds


def _complete(
    table: ObservedTable, units: Units, donors: Floats, groups: Sequence[str], flows: Floats
) -> tuple[Floats, Floats, dict[str, object]]:
    """Uses of what is bought, and the home sales of the estimated: flows, use shares, measures."""
    o, size, s = units.observed, len(units.codes), len(table.sectors)
    flow = flows.copy()
    use_share = np.zeros((size, s, s + 1))
    w = table.other_costs
    inputs = table.intermediate.sum(axis=0)  # s, n, k
    final = flow[:o, :, :o].sum(axis=0)
    technology = np.zeros((o, s, s))
    caps_met = 0
    from_outside = flow[o:, :, :o].sum(axis=0)
    value_added = np.zeros(o)
    for n in range(o):
        weights = np.column_stack([inputs[:, n, :], final[:, n]])
        weights[:, -1] = np.maximum(weights[:, -1], 1e-6 * weights.sum(axis=1) + 1e-9)
        caps = np.append(OUTSIDE_INPUT_CAP * w[n], np.inf)
        spread = spread_under_caps(from_outside[:, n], weights, caps)
        caps_met += int(np.sum((spread[:, :-1].sum(axis=0) >= caps[:-1] * (1 - 1e-6)) & (w[n] > 0)))
        some = spread if from_outside[:, n].min() > 0 else spread + 1e-12 * weights
        use_share[n] = some / some.sum(axis=1, keepdims=True)
        bought = inputs[:, n, :] + spread[:, :-1]
        made = table.gross_output[n]
        technology[n] = np.divide(bought, made[None, :], out=np.zeros_like(bought), where=made[None, :] > 0)
        value_added[n] = w[n].sum() - spread[:, :-1].sum()
        final[:, n] += spread[:, -1]
    basic = value_added / units.gdp[:o]
    output_of = table.gross_output
    composition = (final / final.sum(axis=0)).T
    for m in range(o, size):
        weight = donors[m]
        # Technology of the donors' sector, weighed by donor and (mildly) by how much of it a donor makes.
        made_by = weight[:, None] * output_of / output_of.sum(axis=1, keepdims=True)
        share = made_by / np.maximum(made_by.sum(axis=0), 1e-300)
        mixed = np.einsum("nk,nsk->sk", share, technology)
        mixed *= np.minimum(1.0, 0.95 / np.maximum(mixed.sum(axis=0), 1e-12))[None, :]
        target = {group: float(value) for group, value in zip(GROUPS, units.groups[m], strict=True)}
        exports, imports = flow[m].sum(axis=1), flow[:, :, m].sum(axis=0)
        made, used = solve_production(
            mixed,
            weight @ composition,
            groups,
            target,
            float(units.gdp[m] * (weight @ basic)),
            exports,
            imports,
        )
        by_use = np.column_stack([mixed * made[None, :], used])
        use = by_use.sum(axis=1)
        flow[m, :, m] = use - imports
        use_share[m] = by_use / use[:, None]
    measures: dict[str, object] = {
        "outside_input_caps_met": caps_met,
        "reduced_re_exports_usd_m": {code: float(f"{value:.6g}") for code, value in units.reduced.items()},
        "imputed": units.imputed,
    }
    return flow, use_share, measures
