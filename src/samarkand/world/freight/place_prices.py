"""Places with a capacity in one state, as an answer keeps them: what they take, what passes, the price, who pays whom.

A part of `priced_places.Limits` without ways and networks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from samarkand.core.conventions import REST_OF_WORLD, Floats
from samarkand.world.freight import capacity
from samarkand.world.freight.capacity import Place
from samarkand.world.freight.priced_places import Limits
from samarkand.world.network.tables import Network
from samarkand.world.network.transit_tariffs import transit_tariffs

RENT, QUEUE = "rent", "queue"


@dataclass(frozen=True, eq=False)
class PlacePrices:
    """Places with a capacity that counts, in the order of the facilities of `Limits`.

    Parameters
    ----------
    ids, titles, units, measures
        What they are; of the capacity, and what of goods takes it (`tonnes`, `teu`).
    scarcity
        Whether the price is a rent or a queue.
    operators
        The economy that earns a rent; empty where the price is a queue, or where no operator is known.
    capacity, flow, price, paid
        By place: in its unit; tonnes or TEU a year; US$ for each of them; US$ a year.
    by_seller
        `paid` by economy that sells the goods, US$ a year [place, economy].
    series
        Ids of places that have one price together.
    positions
        Where they are, longitude and latitude in degrees [place, 2]; not a number where it has no place.
    """

    ids: tuple[str, ...]
    titles: tuple[str, ...]
    units: tuple[str, ...]
    measures: tuple[str, ...]
    scarcity: tuple[str, ...]
    operators: tuple[str, ...]
    capacity: Floats
    flow: Floats
    price: Floats
    paid: Floats
    by_seller: Floats
    series: tuple[tuple[str, ...], ...]
    positions: Floats

    @classmethod
    def of(cls, limits: Limits, network: Network) -> PlacePrices:
        """Of the prices of a state. Raises ValueError before `paid_by_seller` was asked for."""
        if limits.by_seller is None:
            raise ValueError("nobody asked who pays")
        places, earn = limits.facilities, operators()
        return cls(
            tuple(one.id for one in places),
            tuple(one.title for one in places),
            tuple(one.unit for one in places),
            tuple(one.measure for one in places),
            tuple(one.price for one in places),
            tuple(earn.get(one.id, "") if one.price == RENT else "" for one in places),
            np.array([one.capacity for one in places], np.float64),
            limits.flow,
            limits.price,
            limits.paid,
            limits.by_seller,
            limits.series,
            np.array([position_of(one.place, network) for one in places], np.float64).reshape(-1, 2),
        )

    @property
    def prices(self) -> dict[str, float]:
        """Price by id, US$ a tonne or TEU."""
        return dict(zip(self.ids, self.price.tolist(), strict=True))

    def money(self, labels: tuple[str, ...]) -> Floats:
        """What goods pay in a year, US$ m [3, economy].

        The rows: lost in queues, by economy that sells; paid as rents, by economy that sells; received as rents, by
        economy of the operator, or by the rest of the world where it is inside it. Raises ValueError where a place that
        is full has a rent that nobody is known to earn.
        """
        found = np.zeros((3, len(labels)))
        for f, (scarcity, operator) in enumerate(zip(self.scarcity, self.operators, strict=True)):
            if not self.price[f] > 0:
                continue
            mine = self.by_seller[f] / 1e6
            if scarcity == QUEUE:
                found[0] += mine
                continue
            found[1] += mine
            found[2, earner(operator, self.titles[f], labels)] += mine.sum()
        return found


def earner(operator: str, title: str, labels: Sequence[str]) -> int:
    """Number of the economy that a rent goes to, that of its operator or the rest of the world. Raises ValueError where
    no operator is known."""
    if not operator:
        raise ValueError(f"{title}: a rent has an operator (a row of transit_tariffs.csv)")
    return labels.index(operator if operator in labels else REST_OF_WORLD)


def position_of(place: Place, network: Network) -> tuple[float, float]:
    """Longitude and latitude of the middle one of its ports, else of its links; not a number where it has neither."""
    if place.ports:
        rows = sorted(place.ports)
        port = network.ports.iloc[rows[len(rows) // 2]]
        return float(port["lon"]), float(port["lat"])
    for mode, mine in place.links.items():
        if not mine:
            continue
        land = mode in ("road", "rail")
        nodes = network.land(mode).nodes if land else network.sea_nodes
        links = network.land(mode).links if land else network.sea_links
        rows = sorted(mine)
        link = links.iloc[rows[len(rows) // 2]]
        ends = nodes.iloc[[int(link["u"]), int(link["v"])]]
        lon = np.unwrap(ends["lon"].to_numpy(float), period=360).mean()
        return float(lon), float(ends["lat"].mean())
    return float("nan"), float("nan")


def operators() -> dict[str, str]:
    """The economy that earns a rent, by id of the capacity: that of the tariff of the place."""
    owners = {row.place: row.economy for row in transit_tariffs()}
    return {
        row.id: owners[row.place]
        for row in capacity.capacities()
        if row.price == RENT and row.place in owners
    }
