"""Differences between two worlds, table by table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from samarkand.world.economies.facts import fact_variables
from samarkand.world.network.tables import LAND, Network, without_places
from samarkand.world.world import World

LEVELS = ("gross_output", "value_added", "exports", "imports", "final_demand")
_ROUNDING = 1e-9


@dataclass(frozen=True)
class WorldDiff:
    """Differences from world `first` to world `second`.

    `added`, `missing`: economies with accounts in one of them alone. `accounts`: columns `table, economy, sector,
    first, second, relative` (second / first - 1), sector empty for totals, the largest differences first. `tariffs`:
    mean rates by importer over all exporters and goods. `facts`: figures by economy that differ. `network`: tables that
    differ, columns `table, first, second` (rows of each) and `changed` (rows that are others, missing or new).
    """

    first: World
    second: World
    added: tuple[str, ...]
    missing: tuple[str, ...]
    accounts: pd.DataFrame
    tariffs: pd.DataFrame
    facts: pd.DataFrame
    network: pd.DataFrame

    @property
    def years(self) -> tuple[int, int]:
        """Years of the accounts."""
        return self.first.accounts.year, self.second.accounts.year

    @property
    def same(self) -> bool:
        """Whether nothing differs."""
        empty = self.accounts.empty and self.tariffs.empty and self.facts.empty and self.network.empty
        return empty and not self.added and not self.missing


def compare(first: World, second: World) -> WorldDiff:
    """Compare two worlds."""
    shared = [code for code in first.labels if code in second.labels]
    return WorldDiff(
        first,
        second,
        added=tuple(code for code in second.economies if code not in first.labels),
        missing=tuple(code for code in first.economies if code not in second.labels),
        accounts=_accounts(first, second, shared),
        tariffs=_tariffs(first, second, shared),
        facts=_facts(first, second),
        network=_network(first.network, second.network),
    )


def _levels(world: World, table: str) -> pd.DataFrame:
    """A table of the accounts by economy (rows) and sector (columns), US$ million."""
    accounts = world.accounts
    if table in ("gross_output", "value_added"):
        array = getattr(accounts, table)
    elif table == "final_demand":
        array = accounts.final_demand.sum("origin").rename(destination="economy")
    else:
        side, other = ("origin", "destination") if table == "exports" else ("destination", "origin")
        flow = accounts.trade_flow
        array = flow.where(flow["origin"] != flow["destination"], 0.0).sum(other).rename({side: "economy"})
    frame: pd.DataFrame = array.transpose("economy", "sector").to_pandas()
    return frame


def _accounts(first: World, second: World, shared: list[str]) -> pd.DataFrame:
    frames = []
    for table in LEVELS:
        sides = [_levels(world, table).loc[shared] for world in (first, second)]
        by_sector = [
            side.melt(ignore_index=False, value_name="value").set_index("sector", append=True)["value"]
            for side in sides
        ]
        totals = [side.sum(axis=1).rename_axis("economy") for side in sides]
        for sides_of, sector in ((by_sector, None), (totals, "")):
            frame = pd.DataFrame({"first": sides_of[0], "second": sides_of[1]}).reset_index()
            if sector is not None:
                frame["sector"] = sector
            frame.insert(0, "table", table)
            frames.append(frame)
    joined = pd.concat(frames, ignore_index=True)
    base = joined["first"].to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        joined["relative"] = np.where(
            base > 0, joined["second"] / base - 1.0, np.where(joined["second"] > 0, np.inf, 0.0)
        )
    differs = joined["relative"].abs() > _ROUNDING
    order = joined[differs].sort_values("relative", key=abs, ascending=False)
    return order[["table", "economy", "sector", "first", "second", "relative"]].reset_index(drop=True)


def _tariffs(first: World, second: World, shared: list[str]) -> pd.DataFrame:
    means = []
    for world in (first, second):
        table = world.tariffs
        rates = (
            pd.Series(dtype=float) if table is None else table.rates.groupby("importer")["tariff_rate"].mean()
        )
        means.append(rates.reindex(shared))
    frame = pd.DataFrame({"first": means[0], "second": means[1]}).rename_axis("importer")
    known = frame.notna().any(axis=1)
    same = (frame["first"] - frame["second"]).abs() <= _ROUNDING
    return frame[known & ~same].reset_index()


def _facts(first: World, second: World) -> pd.DataFrame:
    if first.fact_table is second.fact_table:
        return pd.DataFrame(columns=["economy", "variable", "first", "second"])
    tables = [world.fact_table.table.set_index(["economy", "variable"]) for world in (first, second)]
    rows = []
    for economy, variable in tables[0].index.union(tables[1].index):
        facts = [world.fact(economy, variable) for world in (first, second)]
        if (facts[0].value, facts[0].text, facts[0].year) != (facts[1].value, facts[1].text, facts[1].year):
            rows.append((economy, variable, facts[0].shown, facts[1].shown))
    order = {name: place for place, name in enumerate(fact_variables())}
    frame = pd.DataFrame(rows, columns=["economy", "variable", "first", "second"])
    return frame.sort_values(
        ["variable", "economy"],
        key=lambda side: side.map(order).fillna(0) if side.name == "variable" else side,
        ignore_index=True,
    )


def _network(first: Network, second: Network) -> pd.DataFrame:
    rows = []
    if first is not second:
        both = _tables(first), _tables(second)
        for name, one in both[0].items():
            other = both[1][name]
            shared = [column for column in one if column in other]
            size = min(len(one), len(other))
            same = [_equal(one[column][:size], other[column][:size]) for column in shared]
            changed = int((~np.logical_and.reduce(same)).sum()) if size else 0
            changed += abs(len(one) - len(other))
            if changed or (set(one) ^ set(other)) - {"id"}:
                rows.append((name, len(one), len(other), changed))
    return pd.DataFrame(rows, columns=["table", "first", "second", "changed"])


def _equal(one: pd.Series, other: pd.Series) -> np.ndarray:
    """Which cells of two columns are equal, numbers as numbers."""
    if all(pd.api.types.is_numeric_dtype(side) for side in (one, other)):
        left, right = one.to_numpy(float), other.to_numpy(float)
        return np.asarray((left == right) | (np.isnan(left) & np.isnan(right)))
    return np.asarray(one.astype(str).to_numpy() == other.astype(str).to_numpy())


def _tables(network: Network) -> dict[str, pd.DataFrame]:
    """The tables of a network by name."""
    network = without_places(network)
    land = {
        f"{mode} {name}": getattr(network.land(mode), name)
        for mode in LAND
        for name in ("nodes", "links", "crossings")
    }
    others = ("terminals", "ports", "cities", "sea_nodes", "sea_links")
    ferries = pd.DataFrame([line.model_dump() for line in network.ferries])
    return {**land, **{name.replace("_", " "): getattr(network, name) for name in others}, "ferries": ferries}
