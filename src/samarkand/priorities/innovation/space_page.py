"""The product space drawn: which products go together, which an economy makes, and which it could make next."""

from __future__ import annotations

import numpy as np

from samarkand.core.conventions import Floats
from samarkand.engines.product_space import calc_places, calc_tree
from samarkand.priorities.faces import Answer, NetworkFigure, Node
from samarkand.priorities.innovation.complexity import Found
from samarkand.world.accounts.tariffs import sector_of_product

DEEPEST = 2.0  # complexity from which on a colour is the deepest
HOW = (
    "Each dot is a product, the larger the more of it is traded; lines are the strongest ties "
    "of products that the same economies make; green-blue: complex, brown: simple."
)


def product_space(answer: Answer, found: Found) -> NetworkFigure:
    """All products by complexity; ringed: opportunities of an economy of the programme with nearer buyers."""
    state = answer.timeline.last
    mine = {code for item in state.programme.items for code in item.economies} & set(found.economies)
    change = answer.array("product_access")
    known = [code for code in sorted(mine) if code in change["economy"].to_numpy()]
    least = state.assumptions.parameters["opportunity_nearer"]
    nearer = change.sel(economy=known, case=list(found.products)).transpose("economy", "case").to_numpy()
    chosen = found.opportunities[[found.economies.index(code) for code in known]]
    ringed = (chosen & (np.nan_to_num(nearer) >= least)).any(axis=0)
    note = f"{HOW} Ringed: opportunities of an economy of the programme with nearer buyers."
    return _figure(
        "Product space", found, found.measures.pci, np.ones(len(found.products), bool), ringed, note
    )


def space_of(answer: Answer, found: Found, economy: str) -> NetworkFigure:
    """What an economy makes in colour, what it does not in grey, and its opportunities ringed."""
    row = found.economies.index(economy)
    made = found.measures.presence[row] > 0
    name = answer.world.name_of(economy)
    note = f"{HOW} In colour: what {name} makes; grey: what it does not; ringed: its opportunities."
    title = f"Product space of {name}"
    return _figure(title, found, found.measures.pci, made, found.opportunities[row], note)


def _figure(
    title: str, found: Found, complexity: Floats, coloured: np.ndarray, ringed: np.ndarray, note: str
) -> NetworkFigure:
    proximity = found.measures.proximity
    places, ties = calc_places(proximity), calc_tree(proximity)
    traded = found.sample.exports.to_numpy(float).sum(axis=0)
    size = traded / traded.max()
    nodes = tuple(
        Node(
            f"{code} ({sector_of_product(code) or 'no sector'}), complexity {complexity[k]:+.2f}",
            float(places[k, 0]), float(places[k, 1]), float(size[k]),
            float(complexity[k] / DEEPEST) if coloured[k] else None, bool(ringed[k]),
        )
        for k, code in enumerate(found.products)
    )  # fmt: skip
    return NetworkFigure(title, nodes, tuple((int(a), int(b)) for a, b in ties), note)
