"""The question: what each item of a programme is worth over its life, to whom, and at whose cost."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Unpack

from samarkand.appraisal import find_baseline, find_state
from samarkand.core.conventions import BASE_YEAR, Floats
from samarkand.core.faults import FaultList, did_you_mean
from samarkand.core.gaps import Gap
from samarkand.core.progress import Progress, quiet
from samarkand.engines.threads import run_all
from samarkand.ledger import Ledger, claims_of
from samarkand.ledger.claims import without_replaced_claims
from samarkand.programme import Schedule
from samarkand.programme.applying import Change
from samarkand.programme.channels.channel import channels
from samarkand.programme.channels.charging import calc_annual_cost
from samarkand.programme.channels.payment import annual_costs
from samarkand.programme.model.models import Item, Programme
from samarkand.question import Asked, Question, Terms
from samarkand.session import Session, default_session
from samarkand.state import Counterfactual
from samarkand.world.parameters import WORTH_TABLES, Parameters, table_names
from samarkand.world.world import World
from samarkand.worth.alternatives import instead_of
from samarkand.worth.carbon import carbon_of
from samarkand.worth.direct import at_ends, direct_streams
from samarkand.worth.gains import TradeGain, channel_gain, gain_of, trade_gain
from samarkand.worth.gains_store import stored_channels, stored_gains, stored_together
from samarkand.worth.hazards import hazard_streams
from samarkand.worth.item_worth import ItemWorth
from samarkand.worth.life import life_of
from samarkand.worth.queues import without_replaced
from samarkand.worth.rows import rows_of
from samarkand.worth.streams import Amount, Stream

ABOVE_ZERO = (
    "useful_life_",
    "hours_worked",
    "freight_load",
    "car_occupancy",
)  # begin the names of what is divided by
OF_EQUILIBRIUM = "equivalent variation before anybody pays, the item left out of all that is open"


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
    channels
        US$ m a year of the world by channel of `effects.csv`, each alone with all items; none where some are asked for.
    alternatives
        By item, what could be built in its place: each in the programme without the item.
    """

    asked: Question
    year: int
    items: Mapping[str, ItemWorth]
    together: Mapping[str, float]
    channels: Mapping[str, float] = field(default_factory=dict)
    alternatives: Mapping[str, tuple[ItemWorth, ...]] = field(default_factory=dict)

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
        rows = [rows_of(one) for one in self.assessed]
        filled = {(one.item.id, stream.margin) for one in self.assessed for stream in one.streams}
        claims = without_replaced_claims(claims_of(programme, self.asked.scenario.without), filled)
        return Ledger.build(rows, claims, {item.id: item.kind for item in programme.items})


def appraise_worth(
    question: Asked,
    world: World | None = None,
    *,
    items: Collection[str] = (),
    stored: bool = False,
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
    stored
        Read what items change in trade from this user's cache folder where it was worked out before, and keep it there.

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
        if name in programme.alternatives:
            of = next(item.alternative_to for item in programme.items if item.id == name)
            faults.add(
                f"item {name}", f"stands in the place of {of}, and is shown beside it", f"Ask for {of}."
            )
        elif name in asked.scenario.without:
            faults.add(f"item {name}", "is left out of the question", f"Ask without --without {name}.")
        elif name not in ids:
            faults.add(f"item {name}", "is not an item of the programme", did_you_mean(name, ids))
    _check_parameters(asked.assumptions.parameters, faults)
    faults.raise_if_any()
    asking = _Asking(asked, stored, session, progress)
    together = asking.together()
    found = asking.worth_of([item for item in programme.items if item.id in (items or ids)])
    beside: dict[str, tuple[ItemWorth, ...]] = {}
    for other in (item for item in programme.items if item.alternative_to in found):
        progress(f"{asking.year}: {other.id} in the place of {other.alternative_to}")
        instead, other_terms = instead_of(asked, other.id)
        in_place = _Asking(session.ask(instead, asked.world, **other_terms), stored, session, progress)
        (item,) = (one for one in in_place.asked.programme.items if one.id == other.id)
        beside[other.alternative_to] = (
            *beside.get(other.alternative_to, ()),
            in_place.worth_of([item])[other.id],
        )
    by_channel = {} if items else asking.by_channel(float(together.sum()))
    session.fit()
    whole = dict(zip(asked.world.labels, together.tolist(), strict=True))
    return Worth(asked, asking.year, found, whole, by_channel, beside)


@dataclass(frozen=True)
class _Asking:
    """A question about items; what is kept of them in the user's cache folder is not solved again (`stored`)."""

    asked: Question
    stored: bool
    session: Session
    progress: Progress

    @property
    def year(self) -> int:
        return self.asked.scenario.years[-1]

    @cached_property
    def schedule(self) -> Schedule:
        return self.session.schedule(self.asked)

    @property
    def change(self) -> Change:
        change: Change = self.schedule.changes[self.year]
        return change

    @cached_property
    def solved(self) -> Counterfactual:
        """The state of the year, which nothing that is kept needs."""
        baseline = find_baseline(self.asked, self.session, self.progress)
        number = self.schedule.in_force[self.year]
        return find_state(self.asked, self.schedule, baseline, self.session, self.progress, number).solved

    def together(self) -> Floats:
        """What all items open by the year give, by label of the accounts."""

        def work_out() -> Floats:
            return gain_of(self.solved)

        return stored_together(self.asked.of_states, self.change, work_out) if self.stored else work_out()

    def worth_of(self, wanted: Sequence[Item]) -> dict[str, ItemWorth]:
        """Items by id."""
        asked, change = self.asked, self.change
        on_models = {
            one.item
            for name, changes in change.effects.items()
            if channels()[name].on_models
            for one in changes
        }
        acting = [item.id for item in wanted if item.id in on_models]

        def work_out(names: Sequence[str]) -> list[TradeGain]:
            full = self.solved

            def one(name: str) -> TradeGain:
                key = ("worth", asked.of_states, change.shocks, name)
                return self.session.kept(key, partial(trade_gain, full, change, name))

            return run_all(one, list(names))

        self.progress(f"{self.year}: each item left out and alone")
        if self.stored:
            of_item = stored_gains(asked.of_states, change, acting, work_out)
        else:
            of_item = dict(zip(acting, work_out(acting), strict=True)) if acting else {}
        ends = at_ends(asked.assumptions.parameters)
        return {
            item.id: _item_worth(item, asked, change, of_item.get(item.id), asked.world.labels, ends)
            for item in wanted
        }

    def by_channel(self, together: float) -> dict[str, float]:
        """What each channel that anything acts by gives alone; one channel is all there is."""
        change = self.change
        acting = [name for name, changes in change.effects.items() if changes and channels()[name].on_models]
        if len(acting) < 2:
            return dict.fromkeys(acting, together)

        def work_out(names: Sequence[str]) -> list[float]:
            return run_all(partial(channel_gain, self.solved, change), list(names))

        if self.stored:
            return stored_channels(self.asked.of_states, change, acting, work_out)
        return dict(zip(acting, work_out(acting), strict=True))


def _check_parameters(parameters: Parameters, faults: FaultList) -> None:
    """Add those that no life can be worked out with."""
    for name in (name for table in WORTH_TABLES for name in table_names(table)):
        if name.startswith(ABOVE_ZERO) and not parameters[name] > 0:
            faults.add(f"assumptions {name}", "is zero", "Give a number above zero.")
        if parameters.evidence(name).unit == "fraction" and parameters[name] > 1:
            faults.add(f"assumptions {name}", f"is {parameters[name]:g}", "A fraction is at most 1.")


def _item_worth(
    item: Item,
    asked: Question,
    change: Change,
    gained: TradeGain | None,
    labels: Collection[str],
    ends: Sequence[Mapping[str, float]],
) -> ItemWorth:
    parameters = asked.assumptions.parameters
    streams: list[Stream] = []
    gaps: list[Gap] = [Gap(*one) for one in change.not_assessed if one[0] == item.id]
    alone: dict[str, float] = {}
    users: dict[str, float] = {}
    if gained is not None:
        left_out, alone, users = (dict(zip(labels, one.tolist(), strict=True)) for one in gained[:3])
        amounts = {(code, ""): Amount.sure(value) for code, value in left_out.items()}
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
    more, missing = direct_streams(item, asked.world, 0.0 if gained is None else gained.tonnes, ends)
    streams, replaced = without_replaced(item.id, streams + more)
    gaps += missing + replaced
    streams += hazard_streams(item, streams)
    life = life_of(item, parameters)
    return ItemWorth(
        item, life, tuple(streams), alone, users, _bearers(item, asked.programme, parameters, labels),
        tuple(dict.fromkeys(gaps)), parameters, asked.projection,
        carbon_of(item, life, asked.world.fact_table, parameters),
        0.0 if gained is None else gained.tonnes,
    )  # fmt: skip


def _bearers(
    item: Item, programme: Programme, parameters: Mapping[str, float], labels: Collection[str]
) -> dict[str, float]:
    """Share of capital cost by economy that bears it, as charged by the appraisal."""
    whole = calc_annual_cost(item, parameters)
    if not whole:
        return {}
    costs, _ = annual_costs(programme, [item], {item.id}, parameters, labels)
    return {economy: cost / whole for economy, cost in costs.items()}
