"""What each item does to freight: tonne-kilometres with it and without it, all other items in place.

    W[m, n, own], T     without the item and with it     m mode, n economy, own: on links that the item changes

Before anybody pays. Each item is a solution and an assignment of its own, so that they are worked out where they are
asked for, and kept: with the state, and in this user's cache folder where the question says so. They hold no factor of
emission. The key on the disk holds all that they are computed from: the question, the shocks, and the code that solves
a state and lays its freight (`DECIDES`), not that of pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from samarkand.core.code_version import code_version
from samarkand.core.disk_cache import Arrays, load_entry, save_entry
from samarkand.core.hashing import data_hash
from samarkand.core.progress import Progress, quiet
from samarkand.engines.once import derived
from samarkand.programme.applying import Change
from samarkand.programme.channels.channel import channels
from samarkand.state import Counterfactual
from samarkand.world.freight.assignment import FreightWork

KIND = "item-freight"
MOST_KEPT = 16  # states; each is below a megabyte
# Files and folders of the package that decide the freight of an item: how a question becomes states, what these and
# this module import, and the data of the world.
DECIDES = (
    "appraisal.py", "question.py", "session.py", "state.py", "limited_states.py", "baseline.py", "limiting.py",
    "closing.py", "carriage.py", "solving.py", "core", "engines", "world", "programme", "priorities/item_freight.py",
    "priorities/timeline.py",
)  # fmt: skip
KEY = ["mode", "economy", "own"]
USED_BY_NOBODY = "used by nobody: no shipment between the economies takes it, with all other items in place"


@dataclass(frozen=True, eq=False)
class ItemWork:
    """Freight of one item.

    Parameters
    ----------
    table
        Tonne-kilometres a year `before` and `after`, by (mode, economy, own); a link across a border half on each side.
    tonnes
        Carried between economies a year, without the item and with it.
    """

    table: pd.DataFrame
    tonnes: tuple[float, float]

    @property
    def is_used(self) -> bool:
        """Whether any freight moves otherwise with it; the same network gives the same figures to the last digit."""
        return not self.table["after"].equals(self.table["before"])


def acting_on_models(change: Change) -> tuple[str, ...]:
    """Ids of the items in force that change what routes or the equilibrium depend on."""
    return tuple(
        dict.fromkeys(
            one.item
            for name, changes in change.effects.items()
            if channels()[name].on_models
            for one in changes
        )
    )


def item_work(solved: Counterfactual, item: str, of_states: str, lay: bool) -> ItemWork | None:
    """Freight of an item: as known, else laid now where `lay` says so, else None.

    `of_states`: hash of the question that the state belongs to, under which it is kept on the disk; nothing is read or
    kept there where it is empty.
    """
    known = _known(solved, of_states)
    if item not in known and lay:
        known[item] = calc_item_work(
            solved.leaving_out(item).tonnes_on_links(), solved.tonnes_on_links(), item
        )
        if of_states:
            save_entry(KIND, _key(solved.change, of_states), _arrays(known), MOST_KEPT)
    return known.get(item)


def known_items(change: Change, of_states: str) -> tuple[str, ...]:
    """Ids of the items whose freight is kept in this user's cache folder; none where `of_states` is empty."""
    return tuple(sorted(_kept(change, of_states)))


def lay_items(solved: Counterfactual, of_states: str, progress: Progress = quiet) -> None:
    """Work out all items in force that change trade; each is kept as soon as it is there."""
    known = _known(solved, of_states)
    missing = [item for item in acting_on_models(solved.change) if item not in known]
    for number, item in enumerate(missing):
        progress(f"{solved.change.year}: freight without {item}", done=number, total=len(missing))
        item_work(solved, item, of_states, lay=True)


def calc_item_work(before: FreightWork, after: FreightWork, item: str) -> ItemWork:
    """Freight of two assignments, one with the item."""
    parts = {"before": _work(before.links, item), "after": _work(after.links, item)}
    return ItemWork(pd.DataFrame(parts).fillna(0.0), (float(before.tonnes.sum()), float(after.tonnes.sum())))


def _work(links: pd.DataFrame, item: str) -> pd.Series:
    half = links["tonnes"] * links["km"] / 2
    sides = [
        pd.DataFrame(
            {"mode": links["mode"], "economy": links[side], "own": links["item"] == item, "work": half}
        )
        for side in ("economy_a", "economy_b")
    ]
    found: pd.Series = pd.concat(sides).groupby(KEY)["work"].sum()
    return found


def _known(solved: Counterfactual, of_states: str) -> dict[str, ItemWork]:
    """What is known of the items of a state, to be added to."""

    return derived(solved, ("freight of items", of_states), lambda: _kept(solved.change, of_states))


def _kept(change: Change, of_states: str) -> dict[str, ItemWork]:
    """What is kept of the items of a state on the disk."""
    found = load_entry(KIND, _key(change, of_states)) if of_states else None
    try:
        return _of_arrays(found or {})
    except (KeyError, ValueError):
        return {}  # of another layout


def _key(change: Change, of_states: str) -> str:
    return data_hash(of_states, repr(change.shocks), code_version(*DECIDES))


def _arrays(known: dict[str, ItemWork]) -> Arrays:
    found: dict[str, Any] = {}
    for item, one in known.items():
        rows = one.table.reset_index()
        found[f"{item} keys"] = rows[KEY].astype(str).to_numpy(dtype=np.str_)
        found[f"{item} work"] = rows[["before", "after"]].to_numpy(np.float64)
        found[f"{item} tonnes"] = np.array(one.tonnes)
    return found


def _of_arrays(kept: Arrays) -> dict[str, ItemWork]:
    found = {}
    for item in dict.fromkeys(name.rpartition(" ")[0] for name in kept):
        keys, work = kept[f"{item} keys"], kept[f"{item} work"]
        mode, economy, own = keys.T
        index = pd.MultiIndex.from_arrays([mode, economy, own == "True"], names=KEY)
        tonnes = kept[f"{item} tonnes"]
        found[item] = ItemWork(
            pd.DataFrame(work, index, ["before", "after"]), (float(tonnes[0]), float(tonnes[1]))
        )
    return found
