"""Reconstructs what the embedded input-output table leaves out, and balances it to published totals.

The table carries intermediate flows among 80 economies and gross output. It leaves out the rest of the world
(ROW), final demand by destination, and value added. What is known of them:

    z[i, s] = gross output - intermediate sales to the 80     (final sales anywhere + all sales to ROW)
    w[n, k] = gross output - inputs bought from the 80        (value added + net taxes on inputs + inputs
    from ROW)

exports and imports of goods and services by economy (CIA World Factbook, 2022), raw materials bought from
and sold to economies outside the table (BACI, 2022), and the published partner shares of the economies in
ROW. The method is written out in docs/accounts.md. Everything here is graded "estimated"; nothing touches the
observed block.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.accounts import baci
from data.accounts.balance import balance_flows, spread_under_caps
from data.accounts.icio import ObservedTable

Floats = npt.NDArray[np.float64]
ROW = "ROW"

# Gross exports of these hold large re-exports, which an input-output table (where goods go from where they
# are made to where they are used) does not have: only their trade balance is met, not exports and imports
# each.
RE_EXPORT_HUBS = {
    "BEL": "port of Antwerp and diamonds: European transit",
    "CYP": "ship registration and merchanting",
    "HKG": "entrepot of China: published exports are six times what the prior gives",
    "IRL": "contract production and merchanting booked by multinationals",
    "LUX": "financial and merchanting flows booked by multinationals",
    "NLD": "port of Rotterdam: European transit; published exports are 1.7 times what the prior gives",
    "SGP": "entrepot of South-East Asia",
}
# Prior composition of final use by destination: rounds of bringing import shares of final use back to those
# of intermediate use after balancing. Partner shares move by less than half a percentage point after the
# third.
REFINEMENTS = 3
# At most this part of what an industry does not buy from the 80 economies is bought from ROW, the rest
# being value added. Four of 1,920 industries reach it.
ROW_INPUT_CAP = 0.75


@dataclass(frozen=True)
class TradeTotals:
    """Published exports and imports (US$ million), made to agree over the world.

    ``row_exports`` and ``row_imports`` are trade of the members of ROW with the 80 economies, their trade
    among themselves taken out. ``scale`` multiplied exports and divided imports of all but the hubs, so
    that the world's are equal.
    """

    exports: Floats
    imports: Floats
    row_exports: float
    row_imports: float
    scale: float
    row_internal_share_of_exports: float
    row_internal_share_of_imports: float


@dataclass(frozen=True)
class Accounts81:
    """The whole system in US$ million; the last economy is ROW. Shapes as in samarkand.world.accounts."""

    intermediate: Floats
    final_demand: Floats
    gross_output: Floats
    value_added: Floats
    measures: dict[str, object]


def decode_partners(text: str) -> dict[str, float]:
    """Partner shares of a cell like ``CHN:0.16 GBR:0.15``."""
    pairs = (item.split(":") for item in text.split())
    return {code: float(share) for code, share in pairs}


def _internal_share(members: pd.DataFrame, flow: str, table: Sequence[str]) -> float:
    """Part of the listed partners' trade, over members of ROW, that is with other members."""
    inside = listed = 0.0
    for value, text in zip(members[f"{flow}s"], members[f"{flow}_partners"], strict=True):
        partners = decode_partners(text)
        if np.isfinite(value) and partners:
            listed += value * sum(partners.values())
            inside += value * sum(share for code, share in partners.items() if code not in table)
    return inside / listed


def make_trade_totals(economies: pd.DataFrame, table: Sequence[str]) -> TradeTotals:
    """Exports and imports that add up over the world.

        g * X - M / g + H = 0

    X and M are the exports and imports of all but the re-export hubs, H the hubs' balance. Published world
    exports exceed world imports by a few per cent and neither side is known to be right, so exports are
    multiplied and imports divided by the same g. Hubs keep their figures: their balance is small beside their
    gross trade, and scaling that would change the balance beyond measure.
    """
    indexed = economies.set_index("iso3")
    exports = indexed.loc[list(table), "exports"].to_numpy(dtype=float) / 1e6
    imports = indexed.loc[list(table), "imports"].to_numpy(dtype=float) / 1e6
    members = economies[~economies["in_table"]]
    internal = {flow: _internal_share(members, flow, table) for flow in ("export", "import")}
    row_exports = float(members["exports"].sum()) / 1e6 * (1 - internal["export"])
    row_imports = float(members["imports"].sum()) / 1e6 * (1 - internal["import"])
    hubs = np.array([code in RE_EXPORT_HUBS for code in table])
    sold = exports[~hubs].sum() + row_exports
    bought = imports[~hubs].sum() + row_imports
    surplus = (exports - imports)[hubs].sum()
    scale = float((np.sqrt(surplus**2 + 4 * sold * bought) - surplus) / (2 * sold))
    return TradeTotals(
        exports=np.where(hubs, exports, exports * scale),
        imports=np.where(hubs, imports, imports / scale),
        row_exports=row_exports * scale,
        row_imports=row_imports / scale,
        scale=scale,
        row_internal_share_of_exports=internal["export"],
        row_internal_share_of_imports=internal["import"],
    )


def calc_partner_weights(members: pd.DataFrame, flow: str, table: Sequence[str], size: Floats) -> Floats:
    """How the trade of ROW's members with the 80 economies divides over these (adds up to one).

    Each member's published partners have their published shares; what is left goes to the economies of the
    table it does not list, in proportion to ``size``.
    """
    weights = np.zeros(len(table))
    position = {code: k for k, code in enumerate(table)}
    for value, text in zip(members[f"{flow}s"], members[f"{flow}_partners"], strict=True):
        partners = decode_partners(text)
        if not (np.isfinite(value) and partners):
            continue
        listed = np.zeros(len(table))
        for code, share in partners.items():
            if code in position:
                listed[position[code]] = share
        others = np.where(listed > 0, 0.0, size)
        divided = listed + max(0.0, 1 - sum(partners.values())) * others / others.sum()
        if divided.sum() > 0:
            weights += value * divided / divided.sum()
    return weights / weights.sum()


def calc_import_shares(intermediate: Floats) -> Floats:
    """Where each destination buys what it uses of a sector, by intermediate use.

        share[i, s, n] = sum_k intermediate[i, s, n, k] / sum_{i, k} intermediate[i, s, n, k]

    Zero where nothing of the sector is used. Shapes (i, s, n, k) to (i, s, n).
    """
    sales = intermediate.sum(axis=3)
    use = sales.sum(axis=0)
    return np.divide(sales, use[None], out=np.zeros_like(sales), where=use[None] > 0)


def calc_sector_exports(intermediate: Floats) -> Floats:
    """Intermediate exports by origin and sector: ``sum_{n != i, k} intermediate[i, s, n, k]``."""
    sales = intermediate.sum(axis=3)
    own = np.einsum("isi->is", sales)
    return sales.sum(axis=2) - own


def _row_export_composition(
    totals: TradeTotals, sectors: Sequence[str], raw_bought: pd.DataFrame, donor_exports: Floats
) -> Floats:
    """ROW's exports to the 80 by sector: raw materials as in BACI, the rest as the donors' exports."""
    exports = np.zeros(len(sectors))
    covered = [sectors.index(code) for code in raw_bought.index]
    exports[covered] = raw_bought.sum(axis=1).to_numpy()
    composition = donor_exports.copy()
    composition[covered] = 0.0
    return exports + (totals.row_exports - exports.sum()) * composition / composition.sum()


def _make_prior(
    final_use: Floats,
    shares: Floats,
    other_sales: Floats,
    row_sales: Floats,
    row_purchases: Floats,
) -> Floats:
    """Prior of what is not observed: final demand among the 80, all trade of the 80 with ROW."""
    n, s, _ = shares.shape
    prior = np.zeros((n + 1, s, n + 1))
    prior[:n, :, :n] = shares * final_use[None]
    # A seller without any intermediate sale needs a cell to sell in: a thousandth of its sales at home.
    home = np.arange(n)
    prior[home, :, home] += 1e-3 * other_sales
    prior[n, :, :n] = row_sales
    prior[:n, :, n] = row_purchases
    return prior


def solve_row_production(
    technology: Floats,
    final_weights: Floats,
    groups: Sequence[str],
    group_shares: Mapping[str, float],
    value_added: float,
    exports: Floats,
    imports: Floats,
    *,
    rounds: int = 500,
) -> tuple[Floats, Floats]:
    """Output and final use by sector of an economy whose value added, trade and sectors of GDP are known.

        output = (I - A)^-1 (final + exports - imports);   sum of value added = sum(final + exports - imports)

    Final use starts from ``final_weights`` and is tilted, group by group, until agriculture, industry and
    services have their published shares of value added.

    Args:
        technology: A[s, k], input of s (of any origin) per unit of output of k.
        final_weights: final use by sector, any unit.
        groups: broad group of each sector.
        group_shares: published share of each group in GDP.
        value_added: total value added.
        exports, imports: by sector.

    Returns:
        Output and final use by sector.

    Raises:
        ValueError: an output or a final use would be negative, or a sector's imports exceed its use.
    """
    total_final = value_added - exports.sum() + imports.sum()
    inverse = np.linalg.inv(np.eye(len(exports)) - technology)
    value_added_share = 1 - technology.sum(axis=0)
    tilt = np.ones(len(exports))
    wanted = np.array([group_shares[group] for group in groups])
    members = np.array([[other == group for other in groups] for group in groups], dtype=float)
    for _ in range(rounds):
        final = final_weights * tilt
        final *= total_final / final.sum()
        output = inverse @ (final + exports - imports)
        got = members @ (value_added_share * output) / value_added
        if got.min() <= 0:
            break
        tilt *= (wanted / got) ** 0.5
    use = technology @ output + final
    if output.min() < 0 or final.min() < 0 or np.any(imports > use):
        raise ValueError("the rest of the world cannot produce what it sells: a negative output or final use")
    return output, final


def reconstruct(
    table: ObservedTable,
    economies: pd.DataFrame,
    raw_materials: pd.DataFrame,
    groups: Sequence[str],
) -> Accounts81:
    """The whole system of accounts around the observed block.

    Args:
        table: observed flows at the sectors of the accounts.
        economies: the table of economies (data.accounts.economies).
        raw_materials: flows of ``baci.read_raw_materials``.
        groups: broad group (agriculture, industry, services) of each sector.
    """
    n, s = table.gross_output.shape
    observed, gross_output = table.intermediate, table.gross_output
    z, w = table.other_sales, table.other_costs
    totals = make_trade_totals(economies, table.economies)
    members = economies[~economies["in_table"]]
    among = observed.sum(axis=(1, 3))
    exports_seen = among.sum(axis=1) - np.diag(among)
    imports_seen = among.sum(axis=0) - np.diag(among)

    # What each economy buys besides the observed inputs: its residual sales less the balance still to be met.
    balance = (totals.exports - totals.imports) - (exports_seen - imports_seen)
    purchases = np.append(z.sum(axis=1) - balance, totals.row_imports)
    hubs = np.array([code in RE_EXPORT_HUBS for code in table.economies])
    exports = np.append(np.where(hubs, np.nan, totals.exports - exports_seen), totals.row_exports)

    donors = _donors(economies, table.economies)
    sector_exports = calc_sector_exports(observed)
    raw_bought, raw_sold = baci.trade_with_outside(raw_materials, table.economies)
    covered = [table.sectors.index(code) for code in raw_bought.index]
    row_exports = _row_export_composition(
        totals, table.sectors, raw_bought, sector_exports[donors].sum(axis=0)
    )
    row_sales = row_exports[:, None] * calc_partner_weights(members, "export", table.economies, imports_seen)
    row_sales[covered] = raw_bought.to_numpy()
    row_purchases = _row_purchase_prior(totals, sector_exports, members, table.economies, raw_sold, covered)

    shares = calc_import_shares(observed)
    final_use = z.sum(axis=0)[:, None] / z.sum() * purchases[:n][None, :]
    supply = np.vstack([z, row_exports])
    rounds: list[int] = []
    for _ in range(1 + REFINEMENTS):
        prior = _make_prior(final_use, shares, z, row_sales, row_purchases)
        fitted = balance_flows(prior, supply, purchases, exports)
        rounds.append(fitted.rounds)
        final_use = fitted.flows[:n, :, :n].sum(axis=0)
    flows = fitted.flows

    full = np.zeros((n + 1, s, n + 1, s))
    full[:n, :, :n, :] = observed
    final = np.zeros((n + 1, s, n + 1))
    final[:n, :, :n] = flows[:n, :, :n]
    final_use = flows[:n, :, :n].sum(axis=0)
    for destination in range(n):
        weights = np.column_stack([observed[:, :, destination, :].sum(axis=0), final_use[:, destination]])
        weights[:, -1] = np.maximum(weights[:, -1], 1e-6 * weights.sum(axis=1) + 1e-9)
        caps = np.append(ROW_INPUT_CAP * w[destination], np.inf)
        spread = spread_under_caps(flows[n, :, destination], weights, caps)
        full[n, :, destination, :] = spread[:, :-1]
        final[n, :, destination] = spread[:, -1]
    value_added = np.zeros((n + 1, s))
    bought = full[n, :, :n, :].sum(axis=0)
    value_added[:n] = w - bought

    output = np.vstack([gross_output, np.zeros(s)])
    measures: dict[str, object] = {
        "rounds_of_balancing": rounds,
        "largest_relative_miss": fitted.miss,
        "scale_of_exports": totals.scale,
        "row_internal_share_of_exports": totals.row_internal_share_of_exports,
        "row_internal_share_of_imports": totals.row_internal_share_of_imports,
        "row_input_caps_met": int(np.sum((bought >= ROW_INPUT_CAP * w * (1 - 1e-6)) & (w > 0))),
    }
    _add_row(full, final, output, value_added, flows, economies, table.economies, groups, donors, measures)
    return Accounts81(full, final, output, value_added, measures)


def _donors(economies: pd.DataFrame, table: Sequence[str]) -> list[int]:
    """Economies of the table whose technology and tastes stand in for ROW's: not high income, China left out.

    Members of ROW are mostly low- and middle-income; China alone is larger than all other donors together.
    """
    income = economies.set_index("iso3").loc[list(table), "income_level"]
    return [k for k, code in enumerate(table) if income[code] != "High income" and code != "CHN"]


def _row_purchase_prior(
    totals: TradeTotals,
    sector_exports: Floats,
    members: pd.DataFrame,
    table: Sequence[str],
    raw_sold: pd.DataFrame,
    covered: Sequence[int],
) -> Floats:
    """Prior of what the 80 sell to ROW, ``[origin, sector]``: partner shares times composition of exports."""
    weights = calc_partner_weights(members, "import", table, sector_exports.sum(axis=1))
    composition = sector_exports.copy()
    composition[:, list(covered)] = 0.0
    composition /= composition.sum(axis=1, keepdims=True)
    rest = totals.row_imports - float(raw_sold.to_numpy().sum())
    prior = rest * weights[:, None] * composition
    prior[:, list(covered)] = raw_sold.to_numpy().T
    return prior


def calc_group_shares(members: pd.DataFrame) -> dict[str, float]:
    """Agriculture, industry and services in the GDP of the members of ROW that publish all three."""
    names = ("agriculture", "industry", "services")
    columns = [f"{name}_share" for name in names]
    known = members.dropna(subset=[*columns, "gdp_2022"])
    weighted = (known[columns].div(known[columns].sum(axis=1), axis=0)).mul(known["gdp_2022"], axis=0).sum()
    return {name: float(weighted[f"{name}_share"] / weighted.sum()) for name in names}


def _add_row(
    full: Floats,
    final: Floats,
    output: Floats,
    value_added: Floats,
    flows: Floats,
    economies: pd.DataFrame,
    table: Sequence[str],
    groups: Sequence[str],
    donors: Sequence[int],
    measures: dict[str, object],
) -> None:
    """Fill in ROW's own production and use (in place): the last row and column of every array."""
    n = output.shape[0] - 1
    members = economies[~economies["in_table"]]
    gdp = economies.set_index("iso3").loc[list(table), "gdp_2022"].to_numpy(dtype=float)
    ratio = value_added[:n].sum(axis=1) * 1e6 / gdp
    basic = float(np.median(ratio[list(donors)]))
    row_value_added = float(members["gdp_2022"].sum()) / 1e6 * basic
    technology = full[:, :, donors, :].sum(axis=(0, 2)) / output[donors].sum(axis=0)[None, :]
    final_weights = final[:, :, donors].sum(axis=(0, 2))
    exports, imports = flows[n, :, :n].sum(axis=1), flows[:n, :, n].sum(axis=0)
    shares = calc_group_shares(members)
    made, used_finally = solve_row_production(
        technology, final_weights, groups, shares, row_value_added, exports, imports
    )
    inputs = technology * made[None, :]
    use = inputs.sum(axis=1) + used_finally
    # Every user in ROW buys a sector's goods from the same origins: imports in proportion to use.
    from_table = flows[:n, :, n] / use[None, :]
    full[:n, :, n, :] = from_table[:, :, None] * inputs[None]
    final[:n, :, n] = from_table * used_finally[None]
    own = 1 - from_table.sum(axis=0)
    full[n, :, n, :] = own[:, None] * inputs
    final[n, :, n] = own * used_finally
    output[n] = made
    value_added[n] = made * (1 - technology.sum(axis=0))
    measures["row_members"] = len(members)
    measures["row_value_added_over_gdp"] = basic
    measures["row_value_added_usd_m"] = row_value_added
    measures["row_group_shares"] = {name: round(value, 4) for name, value in shares.items()}
