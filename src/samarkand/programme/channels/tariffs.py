"""Effects of a tariff measure on the import duties of a world, or why they are not known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from samarkand.core.gaps import Gap
from samarkand.programme.channels.channel import Channel, Effects
from samarkand.programme.model.models import Item
from samarkand.world.accounts.tariffs import goods_sectors
from samarkand.world.world import World

NO_BASELINE_TARIFF = "not assessable: no baseline tariff"


@dataclass(frozen=True)
class TariffChange:
    """A change of average import duties as the programme gives it; rates are fractions of value.

    `importers` and `exporters` are those that have accounts of their own, and the importers' tariffs are known.
    """

    item: str
    importers: tuple[str, ...]
    exporters: tuple[str, ...]
    tariff_rate_before: float | None
    tariff_rate_after: float
    coverage_share: float


def tariff_change(item: Item, world: World) -> tuple[list[TariffChange], list[Gap]]:
    """The change of duties of a measure for the economies where it can be told, and what of it cannot."""
    if world.tariffs is None:
        return [], [Gap(item.id, "effect", NO_BASELINE_TARIFF)]

    def value(name: str) -> float | None:
        figure = item.figure(name)
        return None if figure is None else figure.value

    after, coverage = value("tariff_after"), value("coverage_share")
    if after is None:
        return [], [Gap(item.id, "effect", "effect not assessed: no duty after the change is published")]
    gaps = []
    importers, exporters = [], []
    for code in item.words("importers"):
        if code not in world.economies:
            gaps.append(
                Gap(item.id, f"duties of {code}", f"not assessable: {code} has no accounts of its own")
            )
        elif code not in world.tariffs.importers:
            gaps.append(Gap(item.id, f"duties of {code}", f"{NO_BASELINE_TARIFF} of {code}"))
        else:
            importers.append(code)
    for code in item.words("exporters"):
        if code in world.economies:
            exporters.append(code)
        else:
            gaps.append(
                Gap(item.id, f"duties on {code}", f"not assessable: {code} has no accounts of its own")
            )
    if not importers or not exporters:
        return [], gaps
    change = TariffChange(
        item=item.id,
        importers=tuple(importers),
        exporters=tuple(exporters),
        tariff_rate_before=value("tariff_before"),
        tariff_rate_after=after,
        coverage_share=1.0 if coverage is None else coverage,
    )
    return [change], gaps


def changed_tariffs(rate: xr.DataArray, changes: Sequence[TariffChange]) -> xr.DataArray:
    """Tariff rates `[destination, origin, sector]` after the changes, fractions.

        new = old (1 - coverage (1 - after / before))      where the average before is published and above zero
        new = (1 - coverage) old + coverage after          else

    for goods of the named importers and exporters, so that the pattern over sectors stays that of the baseline. An
    importer's own sales bear none.
    """
    new = rate.transpose("destination", "origin", "sector").copy(deep=True)
    goods = [code for code in goods_sectors() if code in new["sector"].values]
    for change in changes:
        for importer in change.importers:
            sellers = [code for code in change.exporters if code != importer]
            where = {"destination": importer, "origin": sellers, "sector": goods}
            old = new.loc[where]
            covered = change.coverage_share
            before = change.tariff_rate_before
            if before:
                new.loc[where] = old * (1.0 - covered * (1.0 - change.tariff_rate_after / before))
            else:
                new.loc[where] = (1.0 - covered) * old + covered * change.tariff_rate_after
    return new.clip(min=0.0) if bool(np.any(new < 0)) else new


def _effects_of(item: Item, world: World, parameters: Mapping[str, float]) -> Effects:
    changes, gaps = tariff_change(item, world)
    return Effects(tuple(changes), tuple(gaps))


CHANNEL = Channel(_effects_of)
