"""Net worth of a year: real income and, beside it, what no equilibrium holds, less what the items of that are charged.

    net worth    real income of all economies, paid for + direct margins of the items in service - C
    C            what is charged, by the rule of the question, for the items that have direct margins alone
    assessed     of the capital cost of all items: that of items in service that change trade or have a direct margin

Direct margins are those of the worth of items that need no solution of their own (`direct.own_streams`: not freight
that the network does not hold, nor what hazards take), each in the year asked about: ramped up, and where a cost is
displaced less of it year by year. They grow with economies only where these are projected, as real income does. Nothing
of them is in real income, and real income holds nothing of them: the two are added once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from samarkand.core.conventions import REST_OF_WORLD
from samarkand.engines.once import derived
from samarkand.ledger.margins import margins
from samarkand.programme.channels.payment import charges, is_concerned
from samarkand.programme.model.models import Item
from samarkand.result import Appraisal
from samarkand.world.parameters import Parameters
from samarkand.worth.direct import own_streams
from samarkand.worth.life import life_of
from samarkand.worth.streams import Amount, Stream

NONE = Amount.sure(0.0)


@dataclass(frozen=True)
class Capital:
    """US$ m of published capital cost: of how many items, and how much of it has a purpose that is assessed."""

    items: int
    published_of: int
    published: float
    assessed: float

    @property
    def assessed_share(self) -> float:
        """Fraction of what is published; not a number where nothing is."""
        return self.assessed / self.published if self.published else float("nan")


@dataclass(frozen=True)
class NetWorth:
    """Net worth of a year, US$ m.

    Parameters
    ----------
    year
        The year.
    real_income
        Of all economies, after the programme is paid for.
    gains
        Direct gains by margin and by label of the accounts, transfers among them.
    charged
        By label of the accounts, for the items that have direct margins alone.
    capital
        What all items cost, and what of it is assessed.
    gains_by_item, charged_by_item
        The same gains of all margins, and the same charges, by item and label of the accounts.
    """

    year: int
    real_income: float
    gains: Mapping[str, Mapping[str, Amount]]
    charged: Mapping[str, float]
    capital: Capital
    gains_by_item: Mapping[str, Mapping[str, float]]
    charged_by_item: Mapping[str, Mapping[str, float]]

    @cached_property
    def by_margin(self) -> dict[str, Amount]:
        """Gains of the world by margin, without transfers."""
        return {
            name: _sum(of_economy.values())
            for name, of_economy in self.gains.items()
            if not margins()[name].transfer
        }

    @property
    def direct(self) -> Amount:
        """All direct gains of the world."""
        return _sum(self.by_margin.values())

    @property
    def cost(self) -> float:
        """What is charged for the items that have direct margins alone."""
        return sum(self.charged.values())

    @property
    def total(self) -> Amount:
        """Net worth of the year; its range is that of the parameters of direct margins."""
        return Amount(*(self.real_income + end - self.cost for end in self.direct))

    @cached_property
    def economies(self) -> tuple[str, ...]:
        """Labels with a direct gain or a charge for one, the largest net amount first."""
        found = {*self.charged, *(code for of_economy in self.gains.values() for code in of_economy)}
        return tuple(sorted(found, key=lambda code: (-abs(self.net_of(code)), code)))

    def net_of(self, economy: str) -> float:
        """Direct gains less charges of an economy, transfers with them."""
        gained = sum(of_economy.get(economy, NONE).central for of_economy in self.gains.values())
        return gained - self.charged.get(economy, 0.0)


def net_worth(appraisal: Appraisal) -> NetWorth:
    """Net worth of the last year of an appraisal."""
    return derived(appraisal, "net worth", lambda: _net_worth(appraisal))


def _net_worth(appraisal: Appraisal) -> NetWorth:
    year, rule = appraisal.years[-1], appraisal.scenario.charge
    change = appraisal.timeline.states[year].change
    parameters, labels = appraisal.assumptions.parameters, appraisal.world.labels
    items = [item for item in appraisal.programme.items if item.id not in appraisal.scenario.without]
    gains: dict[str, dict[str, Amount]] = {}
    by_item: dict[str, dict[str, float]] = {}
    with_direct = set()
    for item in items:
        for stream in _streams(appraisal, item) if is_concerned(item, year, rule, parameters) else ():
            with_direct.add(item.id)
            for economy, amount in _in_year(appraisal, item, stream, year):
                of_economy = gains.setdefault(stream.margin, {})
                label = economy if economy in labels else REST_OF_WORLD
                of_economy[label] = _sum((of_economy.get(label, NONE), amount))
                _add(by_item, item.id, label, amount.central)
    charged_already = {*change.effective, *(one.item for one in change.charges)}
    alone = [item for item in items if item.id in with_direct - charged_already]
    found, _ = charges(
        appraisal.programme, alone, [item.id for item in alone], parameters, labels, rule, year
    )
    charged: dict[str, float] = {}
    charged_by_item: dict[str, dict[str, float]] = {}
    for one in found:
        charged[one.economy] = charged.get(one.economy, 0.0) + one.annual
        _add(charged_by_item, one.item, one.economy, one.annual)
    assessed = {*change.effective, *(with_direct & set(change.open))}
    capex = {
        item.id: item.capex.value for item in items if item.capex is not None and item.capex.value is not None
    }
    capital = Capital(
        len(items),
        len(capex),
        sum(capex.values()),
        sum(cost for name, cost in capex.items() if name in assessed),
    )
    return NetWorth(
        year, float(appraisal["real_income_value"].sum()), gains, charged, capital, by_item, charged_by_item
    )


def _add(sums: dict[str, dict[str, float]], item: str, economy: str, value: float) -> None:
    of_item = sums.setdefault(item, {})
    of_item[economy] = of_item.get(economy, 0.0) + value


def _streams(appraisal: Appraisal, item: Item) -> tuple[Stream, ...]:
    """Direct margins of an item that need no solution of their own."""
    parameters = appraisal.assumptions.parameters
    ends = derived(parameters, "ends", lambda: _at_ends(parameters))
    return tuple(own_streams(item, appraisal.world, ends)[0])


def _at_ends(parameters: Parameters) -> tuple[dict[str, float], ...]:
    """All parameters at the low ends of their ranges, as they are, and at the high ends."""
    ends = zip(*(parameters.evidence(name).ends for name in parameters), strict=True)
    return tuple(dict(zip(parameters, one, strict=True)) for one in ends)


def _in_year(appraisal: Appraisal, item: Item, stream: Stream, year: int) -> Iterator[tuple[str, Amount]]:
    """What a stream gives in a year by economy; after the life of the item as in its last year."""
    parameters, projection = appraisal.assumptions.parameters, appraisal.asked.projection
    life = life_of(item, parameters)
    if life is None or year < life.opening:
        return
    place = min(year - life.start, len(life.years) - 1)
    for (economy, _), amount in stream.amounts.items():
        course = life.course_of(stream, economy, parameters, projection, projection is not None)
        yield economy, amount.times(parameters["demand_factor"] * float(course[place]))


def _sum(amounts: Iterable[Amount]) -> Amount:
    """The sum, as if all were at the same end."""
    listed = tuple(amounts)
    return Amount(*(sum(one[end] for one in listed) for end in range(3)))
