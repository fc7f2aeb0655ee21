"""What goods pay to economies that they pass, above the cost of the service: tolls, and rents of full places.

    paid[i, s] = sum over k of surplus[k] rate[k] part[k] (passing[k, i, s] - passing of the world as it is) / 1e6
                 + sum over f of (rents of place f - rents of it in the world as it is) / 1e6
    received[e] = the same summed over i, s, of tariffs k and places f of economy e        US$ m a year

for tariffs k of `transit_tariffs.csv` whose surplus stands in `transit_surplus.csv`; `passing` as in `transit_use`.
With limits, for full places f whose price is a rent (`rents`): all goods pay it, those of its owner's economy too, and
it counts whole, as no service is in it and no more passes than is published; a queue is no income and stays a cost.
Tariffs whole are in the cost of moving goods: tolls of canals as such (`network.tolls`), those of railways in their
rate, which is the tariff where a surplus of it is paid (`network.rail_rates`). What they pay for work, fuel and repairs
stays there and is not here. Where tonnes in the world as it is would bring an economy more than the accounts say that
it sells of transport abroad, its payments are smaller in the same proportion (`part`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import xarray as xr
from pydantic import model_validator

from samarkand.core.conventions import REST_OF_WORLD, Floats, Ints
from samarkand.core.declarations import read_rows
from samarkand.core.evidence import Cited, Evidence
from samarkand.engines.equilibrium import Carriage
from samarkand.world.freight.assignment import tonnes_per_usd, unit_loads_per_usd, volumes_per_usd
from samarkand.world.freight.energy import EnergyTrade, energy_tonnes
from samarkand.world.freight.mode_choice import VOT_CLASSES, add_by_class
from samarkand.world.freight.place_prices import earner, operators
from samarkand.world.freight.rents import Rent, calc_rents
from samarkand.world.freight.transit_use import TransitUse
from samarkand.world.freight.unit_values import values_of_exporters
from samarkand.world.network.transit_tariffs import TransitTariff, transit_tariffs

MILLION = 1e6
TRANSPORT = "transport"  # the sector of the accounts


class TransitSurplus(Cited):
    """A row of `transit_surplus.csv`: the part of a tariff that is left above the cost of the service."""

    tariff: str
    share: float
    low: float | None = None
    high: float | None = None
    year: int

    @model_validator(mode="after")
    def _holds_together(self) -> TransitSurplus:
        if not 0.0 <= self.share <= 1.0:
            raise ValueError("a part of a tariff lies between none and all of it")
        _ = self.evidence
        return self

    @property
    def evidence(self) -> Evidence:
        """The share as evidence. Raises ValueError where it lies outside its range."""
        return self.cited(self.share, "fraction", low=self.low, high=self.high, year=self.year)


@cache
def transit_surplus() -> dict[str, TransitSurplus]:
    """The declared rows by tariff. Raises ValueError for two of one tariff, and for a tariff that there is not."""
    rows = read_rows("samarkand.world.freight", "transit_surplus.csv", TransitSurplus)
    found = {row.tariff: row for row in rows}
    if len(found) < len(rows) or not found.keys() <= {row.id for row in transit_tariffs()}:
        raise ValueError("transit_surplus.csv: one row a tariff, of tariffs of transit_tariffs.csv")
    return found


def paying_tariffs() -> tuple[TransitTariff, ...]:
    """Tariffs whose surplus is known."""
    return tuple(row for row in transit_tariffs() if row.id in transit_surplus())


def surplus_rates(tariffs: Sequence[TransitTariff]) -> Floats:
    """US$ of surplus for each unit that passes [tariff]."""
    return np.array([row.rate * transit_surplus()[row.id].share for row in tariffs])


def exports_of_transport(trade_flow: xr.DataArray) -> xr.DataArray:
    """US$ m a year of transport that economies sell abroad by the accounts, dims (economy)."""
    sold = trade_flow.sel(sector=TRANSPORT, drop=True)
    abroad = sold.where(sold["origin"] != sold["destination"], 0.0).sum("destination")
    return abroad.rename(origin="economy")


def calc_passing_of(
    use: TransitUse,
    usd: xr.DataArray,
    tonnes_per_usd: xr.DataArray,
    energy: Floats,
    cells: tuple[Ints, Ints, Ints],
) -> Floats:
    """What passes each tariff by seller and sector [tariff, origin, sector], a year.

    usd: dims (origin, destination, sector), without oil and gas known in volumes; tonnes_per_usd: dims (sector,
    vot_class), of the cargoes of each class; energy: tonnes of oil and gas [flow], and `EnergyTrade.cells` of them.
    """
    amount = usd.transpose("origin", "destination", "sector").to_numpy()
    weight = tonnes_per_usd.sel(sector=usd["sector"])
    found = np.zeros((len(use.tariffs), amount.shape[0], amount.shape[2]))
    for name in use.per_tonne["vot_class"].to_numpy().astype(str):
        of_class = weight.sel(vot_class=name).to_numpy()
        per_tonne = use.per_tonne.sel(vot_class=name).to_numpy()
        found += np.einsum("kin,ins->kis", per_tonne, amount, optimize=True) * of_class
    for k, amounts in enumerate(use.by_flow * energy):
        np.add.at(found[k], (cells[0], cells[2]), amounts)
    return found


def calc_part(earns: Sequence[str | None], income: Floats, labels: Sequence[str], exports: Floats) -> Floats:
    """Part of each tariff that counts: min(1, exports of transport / sum of income), of the economy it earns for."""
    part = np.ones(len(earns))
    for label, most in zip(labels, exports.tolist(), strict=True):
        mine = np.array([one == label for one in earns], np.bool_)
        total = float(income[mine].sum())
        if total > most:
            part[mine] = most / total
    return part


@dataclass(frozen=True, eq=False)
class TransitPayments:
    """Payments of transit in a world: what goods of a flow pay on the ways of a state, against the world as it is.

    commodities: as `freight_table`; trade_flow: of the accounts, US$ m; by_route: what of it goes by routes, over the
    mean of the world, dims (origin, destination, sector), nothing of oil and gas known in volumes; open_ways: of the
    network as it is; tolls: the part of published tolls that is in the cost of ways (parameter `canal_tolls`): no other
    is paid; rents: of full places of the network as it is.
    """

    commodities: xr.Dataset
    trade_flow: xr.DataArray
    inside_rest: tuple[str, ...]
    energy: EnergyTrade
    by_route: xr.DataArray
    open_ways: TransitUse
    tolls: float = 1.0
    rents: tuple[Rent, ...] = ()

    @property
    def paid(self) -> Floats:
        """Part of each tariff that is in the cost of ways [tariff]."""
        return np.array([self.tolls if row.kind == "canal" else 1.0 for row in self.open_ways.tariffs])

    @property
    def labels(self) -> list[str]:
        """Economies of the accounts."""
        return [str(code) for code in self.trade_flow["origin"].to_numpy()]

    def passing(self, use: TransitUse, flow: xr.DataArray) -> Floats:
        """What passes each tariff by seller and sector, with a trade flow (US$ m) on the ways of a state."""
        dims = ("origin", "destination", "sector")
        flow, before = flow.transpose(*dims), self.trade_flow.transpose(*dims)
        table = self.commodities.sel(sector=flow["sector"])
        heavier = (table["value_per_tonne"] / values_of_exporters(table, self.labels)).fillna(1.0)
        per_usd = add_by_class(table, table["cargo_share"] / table["cargo_value_per_tonne"])
        return calc_passing_of(
            use,
            (self._by_route(flow) * heavier).fillna(0.0),
            per_usd,
            energy_tonnes(self.energy, flow, before),
            self.energy.cells(before),
        )

    def _by_route(self, flow: xr.DataArray) -> xr.DataArray:
        """US$ a year of goods that go by routes, dims (origin, destination, sector)."""
        flow = flow.transpose("origin", "destination", "sector")
        return (flow * self.by_route).where(flow["origin"] != flow["destination"], 0.0).fillna(0.0) * MILLION

    def rents_paid(self, rents: Sequence[Rent], flow: xr.DataArray) -> Carriage:
        """Rents of a trade flow (US$ m) at full places: US$ m a year, paid by seller and sector, received by economy.

        Raises ValueError where a place has a rent that nobody is known to earn.
        """
        usd = self._by_route(flow)
        table = self.commodities.sel(sector=usd["sector"])

        def of_usd(amount: xr.DataArray) -> Floats:
            ordered = amount.sel(vot_class=list(VOT_CLASSES)).broadcast_like(
                usd.isel(destination=0, drop=True)
            )
            found: Floats = ordered.transpose("origin", "sector", "vot_class").to_numpy()
            return found

        amounts = {"tonnes": tonnes_per_usd(table, self.labels), "teu": unit_loads_per_usd(table)}
        paid = calc_rents(
            rents, usd.to_numpy(), of_usd(volumes_per_usd(table)),
            {measure: of_usd(amount) for measure, amount in amounts.items()},
        ) / MILLION  # fmt: skip
        received, earn = np.zeros(len(self.labels)), operators()
        for rent, money in zip(rents, paid.sum(axis=(1, 2)).tolist(), strict=True):
            received[earner(earn.get(rent.facility, ""), rent.title, self.labels)] += money
        return Carriage(paid.sum(axis=0), received)

    @cached_property
    def part(self) -> Floats:
        """Part of each tariff that counts [tariff]: no more than its economy sells of transport abroad by the accounts.

        Tariffs whole, the cost of the service in them, are held against it.
        """
        earns = [_label(row, self.labels, self.inside_rest) for row in self.open_ways.tariffs]
        return calc_part(earns, self.income, self.labels, self.transport_exports)

    @cached_property
    def income(self) -> Floats:
        """US$ m a year of each tariff in the world as it is, the cost of the service in it [tariff]."""
        rate = self.paid * [row.rate for row in self.open_ways.tariffs]
        found: Floats = rate * self.passing(self.open_ways, self.trade_flow).sum(axis=(1, 2)) / MILLION
        return found

    @property
    def transport_exports(self) -> Floats:
        """US$ m a year of transport that economies sell abroad, by the accounts [economy]; none without the sector."""
        if TRANSPORT not in self.trade_flow["sector"]:
            return np.full(len(self.labels), np.inf)
        return np.asarray(exports_of_transport(self.trade_flow).to_numpy(), np.float64)

    def carriage(
        self, use: TransitUse, flow: xr.DataArray, before: xr.DataArray, rents: Sequence[Rent] = ()
    ) -> Carriage:
        """Surplus of transit and rents of a flow on the ways of a state against those of the flow `before` on the open
        ways.

        US$ m a year: paid by seller and sector, received by economy; as much in all.
        """
        tariffs = self.open_ways.tariffs
        label = [_label(row, self.labels, self.inside_rest) for row in tariffs]
        counts = np.array([one is not None for one in label], float)
        weight = surplus_rates(tariffs) * self.paid * self.part * counts / MILLION
        more = self.passing(use, flow) - self.passing(self.open_ways, before)
        received = np.zeros(len(self.labels))
        for name, money in zip(label, weight * more.sum(axis=(1, 2)), strict=True):
            if name is not None:
                received[self.labels.index(name)] += money
        paid = np.einsum("k,kis->is", weight, more)
        if rents or self.rents:
            now, then = self.rents_paid(rents, flow), self.rents_paid(self.rents, before)
            paid, received = paid + now.paid - then.paid, received + now.received - then.received
        return Carriage(paid, received)


def _label(row: TransitTariff, labels: Sequence[str], inside_rest: Sequence[str]) -> str | None:
    """The economy of the accounts that a tariff earns for; None where the accounts have none."""
    code = REST_OF_WORLD if row.economy in inside_rest else row.economy
    return code if code in labels else None
