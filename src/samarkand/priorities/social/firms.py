"""Small firms: what cheaper trade does to exports and sales by size of firm.

    exporters    N^ = X^ / w^                                            X^: exports, w^: wage, with over without
    before       r^ = w^ N^^(1/t)                                        sales abroad of a firm that exported before
    sales        x X^ + (1 - x) D^, over P^                              x: direct exports in sales; D^: sales at home

Melitz (2003) and Chaney (2008) with fixed costs of exporting in labour of the exporter: a rise of exports is a rise of
the number of exporters, for those who begin are small; `t` is the exponent of the distribution of sales among firms.
Participation and shares by size are those of a survey, exports and sales at home those of the equilibrium before
anybody pays, of the sectors that surveys ask. Firms of all sizes meet the same markets: who exports more gains more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from samarkand.core.conventions import Floats
from samarkand.core.gaps import Gap
from samarkand.core.labels import labelled
from samarkand.engines.equilibrium import Solution
from samarkand.engines.equilibrium.measures import calc_consumer_price_hat, calc_exports
from samarkand.engines.once import derived
from samarkand.priorities.base import Levels, Range
from samarkand.state import State
from samarkand.world.economies.firms import DIRECT, EXPORTING, FIRMS_NEED, SIZES, firms_of, has_firms
from samarkand.world.importers import import_hint

NO_FIRMS = f"needs file: {import_hint(FIRMS_NEED)}"
OF_FIRMS = ("exporting_firms", "direct_export_share", "firm_sales", "firm_sales_by_margin")
# Enterprise Surveys ask private firms of manufacturing, construction, trade, hotels, transport and services.
NOT_ASKED = ("agriculture", "coal", "oil_gas", "ores", "utilities", "public")
MARGINS = ("exported before", "begin or cease to export", "sales at home")


@dataclass(frozen=True)
class Markets:
    """Exports, sales at home, wages and consumer prices with over without the programme, `[economy]`."""

    exports: Floats
    at_home: Floats
    wage: Floats
    price: Floats


def calc_margins(exports: Floats, wage: Floats, exponent: Floats | float) -> tuple[Floats, Floats]:
    """`N^ = X^ / w^` and `r^ = w^ N^^(1/t)`: exporters, and exports of a firm that exported before, over before."""
    exporters: Floats = exports / wage
    before: Floats = wage * exporters ** (1.0 / exponent)
    return exporters, before


def firms_of_state(state: State) -> dict[str, Levels | Gap]:
    """Export participation, shares of exports and sales by size of firm, and by margin."""
    world = state.world
    if not has_firms(world.fact_table):
        return {name: Gap("social", name, NO_FIRMS) for name in OF_FIRMS}
    labels, sizes = world.labels, tuple(SIZES)
    asked = [sector not in NOT_ASKED for sector in world.accounts.sectors]
    markets = _markets(state.without, state.before_financing, np.array(asked))
    exports, at_home, price = (one[:, None] for one in (markets.exports, markets.at_home, markets.price))
    taking_part, share = (firms_of(world.fact_table, labels, name) for name in (EXPORTING, DIRECT))
    abroad = share * exports
    home = (1.0 - share) * at_home

    def by_size(values: Floats) -> xr.DataArray:
        return labelled(values, economy=labels, case=sizes)

    exporters, _ = calc_margins(markets.exports, markets.wage, 1.0)
    return {
        "exporting_firms": Levels(
            by_size(taking_part), by_size(np.minimum(taking_part * exporters[:, None], 1.0)), reason=NO_FIRMS
        ),
        "direct_export_share": Levels(by_size(share), by_size(abroad / (abroad + home)), reason=NO_FIRMS),
        "firm_sales": Levels(change=by_size((abroad + home) / price - 1.0), reason=NO_FIRMS),
        "firm_sales_by_margin": _by_margin(state, markets, share),
    }


def _markets(without: Solution, with_: Solution, asked: NDArray[np.bool_]) -> Markets:
    return derived(with_, "markets of firms", lambda: _compared(without, with_, asked))


def _compared(without: Solution, with_: Solution, asked: NDArray[np.bool_]) -> Markets:
    def sums(solution: Solution) -> tuple[Floats, Floats]:
        flow = solution.trade_flow[:, :, asked]
        at_home = np.einsum("nnj->n", flow)
        return calc_exports(flow).sum(axis=1), at_home

    before, after = sums(without), sums(with_)
    exports, at_home = (
        np.divide(new, old, out=np.full_like(old, np.nan), where=old > 0)
        for new, old in zip(after, before, strict=True)
    )
    return Markets(
        exports, at_home, with_.wage_hat / without.wage_hat,
        calc_consumer_price_hat(with_) / calc_consumer_price_hat(without),
    )  # fmt: skip


def _by_margin(state: State, markets: Markets, share: Floats) -> Levels:
    """Contributions to real sales by size and margin, which add up to their change; a range by the exponent."""
    labels = state.world.labels
    cases = tuple(f"{size}: {margin}" for size in SIZES for margin in MARGINS)
    parts = []
    for exponent in state.assumptions.parameters.evidence("firm_size_exponent").ends:
        _, before = calc_margins(markets.exports, markets.wage, exponent)
        of_margin = [
            share * (before / markets.price - 1.0)[:, None],
            share * ((markets.exports - before) / markets.price)[:, None],
            (1.0 - share) * (markets.at_home / markets.price - 1.0)[:, None],
        ]
        parts.append(np.stack(of_margin, axis=2).reshape(len(labels), -1))
    low, value, high = (labelled(one, economy=labels, case=cases) for one in parts)
    both = xr.concat([low, value, high], dim="end")
    return Levels(
        change=value, reason=NO_FIRMS,
        ranges={"change": Range(both.min("end", skipna=False), both.max("end", skipna=False), "published")},
    )  # fmt: skip
