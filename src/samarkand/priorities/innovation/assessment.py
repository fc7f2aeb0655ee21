"""Innovation: what economies could make next and how near its buyers are; who stays connected when cables are cut."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from samarkand.core.conventions import Floats
from samarkand.core.gaps import Gap
from samarkand.core.labels import labelled
from samarkand.priorities.base import Levels, Outcomes
from samarkand.priorities.innovation.access import access_of, buys_more
from samarkand.priorities.innovation.complexity import Found, Stability, complexity_of, stability_of
from samarkand.priorities.innovation.connection import (
    Connection,
    cases_of_table,
    connection_of,
    connection_without,
)
from samarkand.priorities.innovation.digital import readiness_of
from samarkand.priorities.innovation.knowledge import people_of
from samarkand.priorities.innovation.spillovers import spillovers_of
from samarkand.priorities.timeline import Timeline
from samarkand.programme.model.models import Item
from samarkand.state import State
from samarkand.world.accounts.products import PRODUCTS_NEED
from samarkand.world.importers import import_hint

NEEDS_FILE = f"needs file: {import_hint(PRODUCTS_NEED)}"
NOT_OF_THE_PROGRAMME = (
    "not assessed: nothing shows what an economy comes to make because of a programme; opportunity_access says how "
    "much nearer it brings buyers"
)
OUTSIDE = "the file has no exports of it"
NO_SECTOR = "the accounts have no sector of the product"
NO_SYSTEM = "no cable system that lands in it is known: samarkand world import cables"
NO_CAPACITY = "no capacity of a system that lands in it is published, or its way to a hub is a mesh on land"
NONE_NEAR = "no product that it lacks is both near and rewarding"
ONCE = (
    "economic_complexity", "complexity_outlook", "product_diversity", "product_complexity", "revealed_advantage",
    "product_density", "opportunity_gain", "product_access", "opportunities_made", "opportunities_bought",
    "complexity_stability",
)  # fmt: skip
OF_A_STATE = ("opportunity_access", "opportunities_nearer")


def assess_once(state: State) -> Outcomes:
    """Complexity and readiness in the year of the file, without the programme alone; buyers by product with it too."""
    found, digital = found_of(state), {"paperless_readiness": readiness_of(state)}
    if isinstance(found, str):
        return {**digital, **{name: Gap("innovation", name, found) for name in ONCE}}
    measures, labels = found.measures, state.world.labels
    reason = reasons_of(state, found)

    def by_economy(values: Floats) -> Levels:
        return _without_alone(labelled(_at(values, found, labels), economy=labels), reason)

    here = [code for code in found.economies if code in labels]

    def by_product(values: Floats) -> Levels:
        by = labelled(values, economy=found.economies, case=found.products).sel(economy=here)
        return _without_alone(by, NOT_OF_THE_PROGRAMME)

    return {
        **digital,
        "economic_complexity": by_economy(measures.eci),
        "complexity_outlook": by_economy(measures.outlook),
        "product_diversity": by_economy(measures.diversity),
        "product_complexity": _without_alone(
            labelled(measures.pci, case=found.products), NOT_OF_THE_PROGRAMME
        ),
        "revealed_advantage": by_product(measures.rca),
        "product_density": by_product(measures.density),
        "opportunity_gain": by_product(measures.gain),
        "product_access": _access_by_product(state, found),
        "opportunities_made": _by_pair(found, found.measures.presence > 0, here),
        "opportunities_bought": _by_pair(found, buys_more(state.world, found), here),
        "complexity_stability": _stability(state),
    }


def assess_state(state: State) -> Outcomes:
    """How near buyers of opportunities are, who is connected how well, and spillovers of research as a range."""
    return {**_opportunities(state), **_connections(state), "trade_spillovers": spillovers_of(state)}


def assess_project(item: Item, timeline: Timeline) -> Outcomes:
    """People whom an item teaches or who do research in it."""
    return people_of(item, timeline)


def _opportunities(state: State) -> Outcomes:
    found = found_of(state)
    if isinstance(found, str):
        return {name: Gap("innovation", name, found) for name in OF_A_STATE}
    here, without, with_ = _access_here(state, found)
    chosen = found.opportunities[[found.economies.index(code) for code in here]]
    least = state.assumptions.parameters["opportunity_nearer"]
    nearer = calc_nearer(without, with_, chosen, least)
    none_near, none = NONE_NEAR, ""
    if not np.isfinite(without).any():  # products of a classification that the accounts do not have
        nearer, none_near, none = np.full(len(here), np.nan), NO_SECTOR, NO_SECTOR

    def by_economy(values: Floats) -> xr.DataArray:
        return labelled(values, economy=here).reindex(economy=list(state.world.labels))

    return {
        "opportunity_access": Levels(
            without=by_economy(calc_over(without, chosen)), with_=by_economy(calc_over(with_, chosen)),
            reason=reasons_of(state, found, none_near),
        ),
        "opportunities_nearer": Levels(
            change=by_economy(nearer), reason=reasons_of(state, found, none),
        ),
    }  # fmt: skip


def _connections(state: State) -> Outcomes:
    pair = connection_without(state), connection_of(state)
    economies, cases = pair[0].economies, pair[0].cases
    here, shown = [code for code in economies if code in state.world.labels], list(cases_of_table(state))

    def levels(of: Callable[[Connection], Floats], reason: str = "") -> Levels:
        without, with_ = (
            labelled(of(one), economy=economies, case=cases).sel(economy=here, case=shown) for one in pair
        )
        return Levels(without, with_, reason=reason, ramped=False)

    def by_economy(of: Callable[[Connection], Floats], reason: str = NO_SYSTEM) -> Levels:
        without, with_ = (
            labelled(of(one), economy=economies).reindex(economy=list(state.world.labels)) for one in pair
        )
        return Levels(without, with_, reason=reason, ramped=False)

    lost = [labelled(one.cut_off.sum(axis=0).astype(float), case=cases).sel(case=shown) for one in pair]
    return {
        "cables_landing": by_economy(lambda one: one.landing),
        "cable_capacity": by_economy(lambda one: one.capacity, f"{NO_SYSTEM}; or {NO_CAPACITY}"),
        "cable_single_points": by_economy(lambda one: one.cut_off.sum(axis=1).astype(float)),
        "connection_lost": levels(lambda one: one.cut_off.astype(float)),
        "cable_capacity_lost": levels(lambda one: one.capacity[:, None] - one.left, NO_CAPACITY),
        "economies_cut_off": Levels(lost[0], lost[1], ramped=False),
    }


def _access_here(state: State, found: Found) -> tuple[list[str], Floats, Floats]:
    """Economies of the sample that have a label of their own, and demand within their reach without and with."""
    labels, reach = state.world.labels, access_of(state, found)
    here = [code for code in found.economies if code in labels]
    rows = [labels.index(code) for code in here]
    return here, reach.without[rows], reach.with_[rows]


def _access_by_product(state: State, found: Found) -> Levels:
    here, without, with_ = _access_here(state, found)
    both = {"economy": here, "case": found.products}
    return Levels(labelled(without, **both), labelled(with_, **both), reason=NO_SECTOR)


def _by_pair(found: Found, offered: NDArray[np.bool_], here: list[str]) -> Levels:
    """Number of each economy's opportunities that each partner offers; none of its own."""
    count = calc_matches(found.opportunities, offered)
    np.fill_diagonal(count, 0.0)
    by_pair = labelled(count, economy=found.economies, partner=found.economies)
    return _without_alone(by_pair.sel(economy=here, partner=here), NOT_OF_THE_PROGRAMME)


def calc_matches(wanted: NDArray[np.bool_], offered: NDArray[np.bool_]) -> Floats:
    """matches[c, d] = sum over products of wanted[c, p] offered[d, p]; pure numbers."""
    count: Floats = wanted.astype(float) @ offered.astype(float).T
    return count


def calc_over(access: Floats, chosen: NDArray[np.bool_]) -> Floats:
    """Sum of access over the chosen products that have one; not a number for an economy without any."""
    known = chosen & np.isfinite(access)
    total: Floats = np.where(known, access, 0.0).sum(axis=1)
    return np.where(known.any(axis=1), total, np.nan)


def calc_nearer(without: Floats, with_: Floats, chosen: NDArray[np.bool_], least: float) -> Floats:
    """Number of chosen products whose access rises by the part `least` or more."""
    nearer = chosen & (with_ >= without * (1.0 + least)) & (with_ > without)
    return np.asarray(nearer.sum(axis=1), dtype=float)


def reasons_of(state: State, found: Found, within: str = NOT_OF_THE_PROGRAMME) -> xr.DataArray:
    """Why an economy has no figure, dims (economy); `within`: why one of the sample has none."""
    said = [
        found.sample.left_out.get(code, within if code in found.economies else OUTSIDE)
        for code in state.world.labels
    ]
    return xr.DataArray(np.array(said, dtype=object), {"economy": list(state.world.labels)}, ("economy",))


def found_of(state: State) -> Found | str:
    """Complexity of the sample of a state's world, or why there is none to rely on."""
    if state.world.products is None:
        return NEEDS_FILE
    found = complexity_of(state.world, state.assumptions)
    return found.doubt if isinstance(found, Found) and found.doubt else found


def _at(values: Floats, found: Found, labels: tuple[str, ...]) -> Floats:
    """Values of the sample at the labels of the accounts; missing for those that are not in it."""
    by_code = dict(zip(found.economies, values, strict=True))
    return np.array([by_code.get(code, np.nan) for code in labels], dtype=float)


def _without_alone(values: xr.DataArray, reason: xr.DataArray | str) -> Levels:
    return Levels(without=values, with_=xr.full_like(values, np.nan), reason=reason)


def _stability(state: State) -> Levels:
    found = stability_of(state.world, state.assumptions)
    values = [one.correlation if isinstance(one, Stability) else np.nan for one in found.values()]
    said = [one if isinstance(one, str) else "" for one in found.values()]
    names = list(found)
    return Levels(
        change=labelled(np.array(values), case=names),
        reason=xr.DataArray(np.array(said, dtype=object), {"case": names}, ("case",)),
    )
