"""Places with a capacity as a solution has them where limits are asked for: what they take, what passes, the price.

Freight is not laid on the network for it: flows are those that the prices were found with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from samarkand.engines.once import derived
from samarkand.programme.channels.capacity import CapacityChange
from samarkand.state import State
from samarkand.world.freight.assignment import FreightWork
from samarkand.world.freight.capacity import per_unit
from samarkand.world.freight.place_prices import PlacePrices
from samarkand.world.parameters import Parameters

STATES, CLOSING = ("without", "with"), ("open", "closed")
BY_STATE = ("capacity", "flow", "used", "price", "paid")
COLUMNS = (
    "facility", "place", "unit", "scarcity", *(f"{name}_{state}" for name in BY_STATE for state in STATES),
    "price_unit", "shared_with", "items",
)  # fmt: skip
NOTHING_BINDS = "Where no capacity is known nothing binds."


def limits_of_state(state: State) -> tuple[PlacePrices, PlacePrices] | None:
    """Prices without the programme and with it; None where limits are not asked for."""
    return state.solved.place_prices


def full_places(state: State) -> pd.DataFrame | None:
    """`limits_table` of a state, before anybody pays; None where no limits are asked for."""
    both = limits_of_state(state)
    if both is None:
        return None
    changes = state.change.effects.get("capacity", ())
    return limits_table(both, changes, state.assumptions.parameters)


def prices_of_closure(open_: State, closed: State) -> pd.DataFrame | None:
    """Places with a capacity with something closed beside the same world open, without the programme and with it.

    Columns as `limits_table`, by `open` and `closed` in place of the states, and `scenario` (without, with): one row a
    place and scenario, what grows dearest first. None where no limits are asked for.
    """
    calm, shut = limits_of_state(open_), limits_of_state(closed)
    if calm is None or shut is None:
        return None
    parameters, changes = open_.assumptions.parameters, open_.change.effects.get("capacity", ())
    found = []
    for scenario, before, after in zip(STATES, calm, shut, strict=True):
        table = limits_table((before, after), changes if scenario == "with" else (), parameters)
        names = {
            f"{name}_{state}": f"{name}_{word}"
            for name in BY_STATE
            for state, word in zip(STATES, CLOSING, strict=True)
        }
        found.append(table.rename(columns=names).assign(scenario=scenario))
    both = pd.concat(found, ignore_index=True)
    dearer = (both["price_closed"] - both["price_open"]).rename("dearer")
    order = dearer.sort_values(ascending=False, kind="stable").index
    return both.loc[order].reset_index(drop=True)


def limits_table(
    both: tuple[PlacePrices, PlacePrices], changes: Sequence[CapacityChange], parameters: Parameters
) -> pd.DataFrame:
    """One row a place whose capacity counts, the dearest first, then the fullest.

    Capacities and flows are in `unit`, used_* = flow / capacity (fraction), price_* in `price_unit` for each tonne or
    TEU that passes (zero where there is room), paid_* in US$ m a year. scarcity: whether the price is a rent or a
    queue; shared_with: places in series that have one price together; items: those that raise the capacity, joined
    by +.
    """
    rows: list[Mapping[str, Any]] = []
    kinds = both[1]
    for at, name in enumerate(kinds.ids):
        row: dict[str, Any] = {
            "facility": name, "place": kinds.titles[at], "unit": kinds.units[at], "scarcity": kinds.scarcity[at],
            "price_unit": "US$/TEU" if kinds.measures[at] == "teu" else "US$/t",
            "items": " + ".join(dict.fromkeys(each.item for each in changes if each.facility == name)),
        }  # fmt: skip
        unit = per_unit(row["unit"], parameters)
        mates: list[str] = []
        for state, prices in zip(STATES, both, strict=True):
            capacity, flow = float(prices.capacity[at]), float(prices.flow[at]) / unit
            row |= {
                f"capacity_{state}": capacity, f"flow_{state}": flow, f"used_{state}": flow / capacity,
                f"price_{state}": float(prices.price[at]), f"paid_{state}": float(prices.paid[at]) / 1e6,
            }  # fmt: skip
            ids = {mate for names in prices.series if name in names for mate in names} - {name}
            mates += [title for mate, title in zip(prices.ids, prices.titles, strict=True) if mate in ids]
        rows.append({**row, "shared_with": "; ".join(dict.fromkeys(mates))})
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values(["price_with", "used_with"], ascending=False, kind="stable").reset_index(
        drop=True
    )


def tonnes_of_item(state: State, item: str) -> tuple[float, float] | None:
    """Tonnes a year between economies on the busiest link that an item builds or betters, before anybody pays.

    Without the programme and with it, both ways together, on the ways that full places leave; nothing passes without it
    what the item builds. None where the item changes no link of the network.
    """
    solved, baseline = state.solved, state.solved.baseline
    links = solved.tonnes_on_links().links
    mine = links[[item in str(names).split(" + ") for names in links["item"]]]
    if mine.empty:
        return None

    def lay() -> FreightWork:
        return baseline.lay(baseline.state, baseline.solution, whole=False)

    before = derived(baseline, "tonnes on links", lay).links
    same = pd.MultiIndex.from_frame(mine.loc[mine["row"] >= 0, ["mode", "row"]])
    stood = before[pd.MultiIndex.from_frame(before[["mode", "row"]]).isin(same)]
    return float(stood["tonnes"].max()) if len(stood) else 0.0, float(mine["tonnes"].max())


def passing_words(row: Mapping[Any, Any], state: str = "with") -> str:
    """A row of `limits_table` in one state: what passes of what it takes, and the price."""
    decimals = 1 if row["unit"] == "m t a year" or row[f"capacity_{state}"] < 100 else 0
    flow, capacity = (f"{row[f'{name}_{state}']:,.{decimals}f}" for name in ("flow", "capacity"))
    price = row[f"price_{state}"]
    paid = f"{price:,.2f} {row['price_unit']}, a {row['scarcity']}" if price > 0 else "room, no price"
    return f"{flow} of {capacity} {row['unit']}: {paid}"
