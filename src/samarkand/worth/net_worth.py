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
from typing import NamedTuple

from samarkand.core.conventions import REST_OF_WORLD, Floats
from samarkand.engines.once import derived
from samarkand.ledger.margins import margins
from samarkand.programme.channels.payment import Charge, charges, is_concerned
from samarkand.programme.model.models import Item
from samarkand.result import Appraisal
from samarkand.worth.direct import at_ends, own_streams
from samarkand.worth.life import Life, life_of
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
    """

    year: int
    real_income: float
    gains: Mapping[str, Mapping[str, Amount]]
    charged: Mapping[str, float]
    capital: Capital

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


class Gained(NamedTuple):
    """What a direct margin of an item gives an economy or party in a year; `economy` is a label of the accounts."""

    item: str
    economy: str
    party: str
    stream: Stream
    amount: Amount


def direct_gains(appraisal: Appraisal, year: int) -> tuple[Gained, ...]:
    """Direct margins of the items in service or under construction in a year; of these nothing is gained yet."""

    def find_it() -> tuple[Gained, ...]:
        labels = set(appraisal.world.labels)
        return tuple(
            Gained(item.id, economy if economy in labels else REST_OF_WORLD, party, stream, amount)
            for item, _ in _concerned(appraisal, year)
            for stream, economy, party, amount in _in_year(appraisal, item, year)
        )

    return derived(appraisal, ("direct gains", year), find_it)


def direct_charges(appraisal: Appraisal, year: int) -> list[Charge]:
    """What is charged in a year for the items that have direct margins alone: no state charges them."""
    change = appraisal.timeline.states[year].change
    charged_already = {*change.effective, *(one.item for one in change.charges)}
    alone = [item for item, _ in _concerned(appraisal, year) if item.id not in charged_already]
    if not alone:
        return []
    of_items = _charges_of_items(appraisal, year)
    return [one for item in alone for one in of_items.get(item.id, ())]


def _charges_of_items(appraisal: Appraisal, year: int) -> dict[str, list[Charge]]:
    """By item with direct margins, what is charged in a year; an annuity is the same in all years."""
    rule, parameters = appraisal.scenario.charge, appraisal.assumptions.parameters
    at = 0 if rule == "annuity" else year

    def find_them() -> dict[str, list[Charge]]:
        items = [item for item, _ in derived(appraisal, "own streams", lambda: _with_streams(appraisal))]
        names, labels = [item.id for item in items], appraisal.world.labels
        by_item: dict[str, list[Charge]] = {}
        for one in charges(appraisal.programme, items, names, parameters, labels, rule, at)[0]:
            by_item.setdefault(one.item, []).append(one)
        return by_item

    return derived(appraisal, ("charges of items", at), find_them)


def _net_worth(appraisal: Appraisal) -> NetWorth:
    year = appraisal.years[-1]
    change = appraisal.timeline.states[year].change
    gains: dict[str, dict[str, Amount]] = {}
    for one in direct_gains(appraisal, year):
        of_economy = gains.setdefault(one.stream.margin, {})
        of_economy[one.economy] = _sum((of_economy.get(one.economy, NONE), one.amount))
    charged: dict[str, float] = {}
    for charge in direct_charges(appraisal, year):
        charged[charge.economy] = charged.get(charge.economy, 0.0) + charge.annual
    with_direct = {item.id for item, _ in _concerned(appraisal, year)}
    assessed = {*change.effective, *(with_direct & set(change.open))}
    items = _asked(appraisal)
    capex = {
        item.id: item.capex.value for item in items if item.capex is not None and item.capex.value is not None
    }
    capital = Capital(
        len(items),
        len(capex),
        sum(capex.values()),
        sum(cost for name, cost in capex.items() if name in assessed),
    )
    return NetWorth(year, float(appraisal["real_income_value"].sum()), gains, charged, capital)


def _asked(appraisal: Appraisal) -> list[Item]:
    """Items that the question does not leave out."""
    return [item for item in appraisal.programme.items if item.id not in appraisal.scenario.without]


def _concerned(appraisal: Appraisal, year: int) -> list[tuple[Item, tuple[Stream, ...]]]:
    """Items with direct margins that can be charged in a year, with these."""
    rule, parameters = appraisal.scenario.charge, appraisal.assumptions.parameters
    known = derived(appraisal, "own streams", lambda: _with_streams(appraisal))
    return [(item, streams) for item, streams in known if is_concerned(item, year, rule, parameters)]


def _with_streams(appraisal: Appraisal) -> list[tuple[Item, tuple[Stream, ...]]]:
    """Items with the direct margins that need no solution of their own; without those that have none."""
    ends = at_ends(appraisal.assumptions.parameters)
    found = [(item, tuple(own_streams(item, appraisal.world, ends)[0])) for item in _asked(appraisal)]
    return [(item, streams) for item, streams in found if streams]


class Course(NamedTuple):
    """An amount of a stream of an item, and the share of it in each year of its life from `start` on."""

    stream: Stream
    economy: str
    party: str
    amount: Amount
    shares: Floats


def _in_year(appraisal: Appraisal, item: Item, year: int) -> Iterator[tuple[Stream, str, str, Amount]]:
    """What each stream gives in a year by economy and party; after the life of the item as in its last year."""
    life, courses = derived(appraisal, "courses", lambda: _courses(appraisal)).get(item.id, (None, ()))
    demand = appraisal.assumptions.parameters["demand_factor"]
    if life is None or year < life.opening:
        return
    place = min(year - life.start, len(life.years) - 1)
    for one in courses:
        yield one.stream, one.economy, one.party, one.amount.times(demand * float(one.shares[place]))


def _courses(appraisal: Appraisal) -> dict[str, tuple[Life, list[Course]]]:
    """By item with a life, that and the courses of all of its direct margins."""
    parameters, projection = appraisal.assumptions.parameters, appraisal.asked.projection
    found: dict[str, tuple[Life, list[Course]]] = {}
    for item, streams in derived(appraisal, "own streams", lambda: _with_streams(appraisal)):
        life = life_of(item, parameters)
        if life is None:
            continue
        found[item.id] = life, [
            Course(
                stream, economy, party, amount,
                life.course_of(stream, economy, parameters, projection, projection is not None),
            )
            for stream in streams
            for (economy, party), amount in stream.amounts.items()
        ]  # fmt: skip
    return found


def _sum(amounts: Iterable[Amount]) -> Amount:
    """The sum, as if all were at the same end."""
    listed = tuple(amounts)
    return Amount(*(sum(one[end] for one in listed) for end in range(3)))
