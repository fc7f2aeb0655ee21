"""The question: what each item of a programme is worth over its life, to whom, and at whose cost."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import NamedTuple, Unpack

import numpy as np
import pandas as pd

from samarkand.appraisal import find_baseline, find_state
from samarkand.core.conventions import BASE_YEAR, Floats
from samarkand.core.faults import FaultList, did_you_mean
from samarkand.core.gaps import Gap
from samarkand.core.progress import Progress, quiet
from samarkand.engines.equilibrium.measures import calc_equivalent_variation
from samarkand.engines.project_values import (
    Rate,
    calc_benefit_cost_ratio,
    calc_payback,
    calc_present_value,
    calc_rate_of_return,
    calc_switching_value,
)
from samarkand.ledger import Ledger, claims_of
from samarkand.programme.applying import Change
from samarkand.programme.channels.channel import channels
from samarkand.programme.channels.payment import calc_annual_cost, charges
from samarkand.programme.model.models import Item, Programme
from samarkand.question import Asked, Question, Terms
from samarkand.session import Session, default_session
from samarkand.solving import Baseline
from samarkand.state import Counterfactual
from samarkand.world.parameters import Parameters
from samarkand.world.projection import Projection
from samarkand.world.world import World
from samarkand.worth.electricity import electricity_streams
from samarkand.worth.life import Life, life_of
from samarkand.worth.outturn import overrun_of
from samarkand.worth.passengers import passenger_streams
from samarkand.worth.streams import Amount, Stream

OF_EQUILIBRIUM = "equivalent variation before anybody pays, the item left out of all that is open"
RATES = ("discount_rate_low", "discount_rate", "discount_rate_high")
ENDS = ("low", "central", "high")


class Values(NamedTuple):
    """Of one item at one rate: present values in US$ m at the start of construction, and what follows from them."""

    rate: float
    net: Amount
    benefit_cost_ratio: float
    payback: float


@dataclass(frozen=True, eq=False)
class ItemWorth:
    """An item over its life.

    Parameters
    ----------
    item, life
        Years and costs; no life where no opening is published.
    streams
        What it is worth in a year of full service, each margin once.
    alone
        US$ m a year by economy when it alone is built, as the equilibrium says; none where it acts on no trade cost.
    bearers
        Share of the capital cost by economy that bears it; what is missing to one nobody is known to bear.
    gaps
        What is not assessed, and why.
    parameters, projection
        What growth and rates are read from.
    """

    item: Item
    life: Life | None
    streams: tuple[Stream, ...]
    alone: Mapping[str, float]
    bearers: Mapping[str, float]
    gaps: tuple[Gap, ...]
    parameters: Parameters
    projection: Projection | None

    @property
    def is_assessed(self) -> bool:
        """Whether there is a life, a capital cost and a benefit to set against it."""
        return self.life is not None and self.life.capex > 0 and bool(self.streams)

    @property
    def reason(self) -> str:
        """Why there is no figure of the whole; empty where there is one."""
        if self.item.opening is None:
            return "no date of opening is published"
        if not self.streams:
            found = [one.reason for one in self.gaps if one.what != "cost"]
            return "; ".join(dict.fromkeys(found)) or "no modelled effect"
        return "no capex is published" if self.life is None or self.life.capex <= 0 else ""

    def benefits(self, end: str = "central", growing: bool = True, margin: str | None = None) -> Floats:
        """US$ m by year of the life, of the world, without the residual value."""
        assert self.life is not None  # where there is none there is nothing to add up
        total = np.zeros(len(self.life.years))
        for stream in self.streams:
            if margin in (None, stream.margin):
                total += sum(
                    getattr(amount, end) * self._course(stream, economy, growing)
                    for (economy, _), amount in stream.amounts.items()
                )
        return total

    def at_outturn(self) -> ItemWorth:
        """The item at the cost that projects of its class had in the end; itself without a class or in service."""
        overrun = overrun_of(self.item, self.parameters)
        return replace(self, life=life_of(self.item, self.parameters, overrun)) if overrun else self

    def _course(self, stream: Stream, economy: str, growing: bool) -> Floats:
        assert self.life is not None
        course = self.life.course_of(stream, economy, self.parameters, self.projection, growing)
        return self.parameters["demand_factor"] * course

    def costs(self) -> Floats:
        """Capital cost and upkeep by year, above zero, US$ m."""
        assert self.life is not None
        return self.life.spending() + self.life.upkeep_by_year()

    def flows(self, end: str = "central", growing: bool = True) -> Floats:
        """Benefits and residual value less costs by year, US$ m."""
        assert self.life is not None
        return self.benefits(end, growing) + self.life.residual() - self.costs()

    def values(self, rate: float, growing: bool = True) -> Values:
        """Present values at a rate; the range is that of the direct margins."""
        assert self.life is not None
        ends = Amount(*(calc_present_value(self.flows(end, growing), rate) for end in ENDS))
        gained = self.benefits(growing=growing) + self.life.residual()
        ratio = calc_benefit_cost_ratio(gained, self.costs(), rate)
        return Values(rate, ends, ratio, calc_payback(self.flows(growing=growing)))

    def rate_of_return(self, end: str = "central", growing: bool = True) -> Rate:
        """The economic internal rate of return."""
        return calc_rate_of_return(self.flows(end, growing))

    def switching_values(self, rate: float) -> dict[str, float]:
        """By margin, the relative change at which the net present value is zero."""
        assert self.life is not None
        all_flows = self.flows()
        parts = {
            "capex": -self.life.spending(),
            "upkeep": -self.life.upkeep_by_year(),
            **{
                margin: self.benefits(margin=margin)
                for margin in dict.fromkeys(s.margin for s in self.streams)
            },
        }
        found = {name: calc_switching_value(part, all_flows, rate) for name, part in parts.items()}
        return {name: value for name, value in found.items() if np.isfinite(value)}

    def gains(self) -> dict[str, float]:
        """US$ m by economy in a year of full service, before anybody pays for the item."""
        found: dict[str, float] = {}
        for stream in self.streams:
            for (economy, _), amount in stream.amounts.items():
                found[economy] = found.get(economy, 0.0) + amount.central
        return found

    def rows(self) -> Iterator[pd.DataFrame]:
        """Rows of the ledger over the life; capital that nobody is known to bear is divided among the hosts."""
        if self.life is None:
            return
        years = np.array(self.life.years)
        hosts = {code: 1.0 / len(self.item.economies) for code in self.item.economies}
        unknown = max(0.0, 1.0 - sum(self.bearers.values()))
        bearers = {code: unknown * share for code, share in hosts.items()} if unknown > 1e-6 else {}
        for code, share in self.bearers.items():
            bearers[code] = bearers.get(code, 0.0) + share
        capex = self.item.capex
        for margin, flow, shares in (
            ("capex", -self.life.spending(), bearers),
            ("upkeep", -self.life.upkeep_by_year(), hosts),
            ("residual", self.life.residual(), bearers),
        ):
            for code, share in shares.items():
                known = Amount.sure(share)
                source = capex.citation if capex is not None else ""
                stream = Stream(
                    margin, "any", "direct", {(code, ""): known}, "stays", BASE_YEAR, "estimated", source
                )
                yield self._rows(stream, (code, ""), years, dict.fromkeys(ENDS, share * flow))
        for stream in self.streams:
            for (economy, party), amount in stream.amounts.items():
                course = self._course(stream, economy, True)
                by_end = {end: getattr(amount, end) * course for end in ENDS}
                yield self._rows(stream, (economy, party), years, by_end)

    def _rows(
        self, stream: Stream, who: tuple[str, str], years: Floats, flow: Mapping[str, Floats]
    ) -> pd.DataFrame:
        kept = flow["central"] != 0
        is_range = bool((flow["low"] != flow["high"]).any())
        count = int(kept.sum())
        bound = {end: flow[end][kept] if is_range else np.full(count, np.nan) for end in ("low", "high")}
        return pd.DataFrame(
            {
                "item": self.item.id, "economy": who[0], "party": who[1], "case": "", "margin": stream.margin,
                "flow": stream.flow, "owner": stream.owner, "year": years[kept].astype(np.int64),
                "low": bound["low"], "central": flow["central"][kept], "high": bound["high"],
                "price_year": pd.array([None] * count, "Int64"), "grade": stream.grade, "source": stream.source,
            }
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Worth:
    """What the items of a programme are worth.

    Parameters
    ----------
    asked, year
        The question, and the year whose state the gains of the equilibrium are of.
    items
        Every item by its id, those that cannot be assessed too.
    together
        US$ m a year by economy that all items open by the year give together, before anybody pays.
    """

    asked: Question
    year: int
    items: Mapping[str, ItemWorth]
    together: Mapping[str, float]

    @property
    def programme(self) -> Programme:
        """The programme asked about."""
        programme: Programme = self.asked.programme
        return programme

    @cached_property
    def assessed(self) -> tuple[ItemWorth, ...]:
        """Items with a cost and a benefit."""
        return tuple(one for one in self.items.values() if one.is_assessed)

    @property
    def assessed_share(self) -> float:
        """Share of the published capital cost of all items whose purpose is assessed at least in part."""
        capex = {
            name: one.item.capex.value or 0.0
            for name, one in self.items.items()
            if one.item.capex is not None
        }
        total = sum(capex.values())
        return sum(capex[one.item.id] for one in self.assessed) / total if total else float("nan")

    @cached_property
    def ledger(self) -> Ledger:
        """All costs and benefits by item, economy and year, checked as those of an appraisal are.

        Raises `Faults` where two rows count the same money.
        """
        programme = self.programme
        rows = [part for one in self.items.values() if one.is_assessed for part in one.rows()]
        claims = claims_of(programme, self.asked.scenario.without)
        return Ledger.build(rows, claims, {item.id: item.kind for item in programme.items})


def appraise_worth(
    question: Asked,
    world: World | None = None,
    *,
    items: Collection[str] = (),
    session: Session | None = None,
    progress: Progress = quiet,
    **terms: Unpack[Terms],
) -> Worth:
    """What each item of a programme is worth over its life.

    Parameters
    ----------
    question, world, session, progress, **terms
        As of `appraise`. The last of `years` is that of the state in which items are left out.
    items
        Ids of the items asked about; all of the programme if none is named.

    Raises
    ------
    Faults
        With everything that is wrong with the question, before anything runs; for an id that is no item.
    EquilibriumError
        If no solution passes its certificate.
    """
    session = session or default_session()
    asked = session.ask(question, world, **terms)
    programme = asked.programme
    ids = [name for name in programme.ids if name not in asked.scenario.without]
    faults = FaultList()
    for name in items:
        if name not in ids:
            faults.add(f"item {name}", "is not an item of the programme", did_you_mean(name, ids))
    faults.raise_if_any()
    schedule, baseline = session.schedule(asked), find_baseline(asked, session, progress)
    year = asked.scenario.years[-1]
    state = find_state(asked, schedule, baseline, session, progress, schedule.in_force[year])
    change = schedule.changes[year]
    gain = partial(_gain, asked, baseline, session)
    together = gain(change)
    wanted = [item for item in programme.items if item.id in (items or ids)]
    on_models = {
        one.item for name, changes in change.effects.items() if channels()[name].on_models for one in changes
    }
    acting = [item.id for item in wanted if item.id in on_models]
    of_item: dict[str, tuple[Floats, Floats]] = {}
    for number, name in enumerate(acting, 1):
        others = set(change.effective) - {name}
        of_item[name] = together - gain(_only(change, others)), gain(_only(change, {name}))
        progress(f"{year}: each item left out and alone", done=number, total=len(acting))
    found = {
        item.id: _item_worth(item, asked, change, of_item.get(item.id), state.world.labels) for item in wanted
    }
    session.fit()
    return Worth(asked, year, found, dict(zip(state.world.labels, together.tolist(), strict=True)))


def _only(change: Change, items: Collection[str]) -> Change:
    """What some items of the change do, alone."""
    effects = {
        name: tuple(one for one in changes if one.item in items) for name, changes in change.effects.items()
    }
    return replace(change, effects=effects)


def _gain(asked: Question, baseline: Baseline, session: Session, change: Change) -> Floats:
    """Equivalent variation by economy before anybody pays, US$ m a year at the size of the accounts."""

    def solve_it() -> Floats:
        solved = Counterfactual(baseline, change).solve().before_financing
        return calc_equivalent_variation(solved) - calc_equivalent_variation(baseline.solution)

    return session.kept(("gain", asked.of_states, change.shocks), solve_it)


def _item_worth(
    item: Item,
    asked: Question,
    change: Change,
    of_item: tuple[Floats, Floats] | None,
    labels: Collection[str],
) -> ItemWorth:
    parameters = asked.assumptions.parameters
    ends = [_at_end(parameters, end) for end in ENDS]
    streams: list[Stream] = []
    gaps: list[Gap] = [Gap(*one) for one in change.not_assessed if one[0] == item.id]
    alone: dict[str, float] = {}
    if of_item is not None:
        marginal, by_itself = of_item
        alone = dict(zip(labels, by_itself.tolist(), strict=True))
        amounts = {
            (code, ""): Amount.sure(value) for code, value in zip(labels, marginal.tolist(), strict=True)
        }
        streams.append(
            Stream(
                "trade_cost",
                "accounts",
                "equilibrium",
                amounts,
                "grows",
                BASE_YEAR,
                "estimated",
                OF_EQUILIBRIUM,
            )
        )
    elif item.opening is not None and not item.is_open(change.year):
        gaps.append(Gap(item.id, "trade_cost", f"not open by {change.year}: ask for a later year"))
    for direct in (passenger_streams, electricity_streams):
        more, missing = direct(item, asked.world.fact_table, *ends)
        streams += more
        gaps += missing
    return ItemWorth(
        item, life_of(item, parameters), tuple(streams), alone,
        _bearers(item, asked.programme, parameters, labels), tuple(gaps), parameters, asked.projection,
    )  # fmt: skip


def _at_end(parameters: Parameters, end: str) -> Mapping[str, float]:
    """Every parameter at one end of its range; as it is where it has none or was replaced."""
    found = {}
    for name in parameters:
        row = parameters.evidence(name)
        bound = None if end == "central" else getattr(row, end)
        found[name] = parameters[name] if bound is None else bound
    return found


def _bearers(
    item: Item, programme: Programme, parameters: Mapping[str, float], labels: Collection[str]
) -> dict[str, float]:
    """Share of capital cost by economy that bears it, as charged by the appraisal."""
    charged, _ = charges(programme, [item], {item.id}, parameters, labels)
    total = sum(one.annual for one in charged)
    if not total:
        return {}
    whole = calc_annual_cost(item, parameters)
    shares: dict[str, float] = {}
    for one in charged:
        shares[one.economy] = shares.get(one.economy, 0.0) + one.annual / whole
    return shares
