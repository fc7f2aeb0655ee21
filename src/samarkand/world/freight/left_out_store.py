"""Costs with each item of a programme left out, kept in this user's cache folder by all that decides them.

All items of a state are left out at once (`subsets`), which takes a second or more before a question of a new process
is answered.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from samarkand.core.code_version import code_version
from samarkand.core.conventions import Floats
from samarkand.core.disk_cache import Arrays, load_entry, save_entry
from samarkand.core.hashing import data_hash
from samarkand.core.progress import Progress, quiet
from samarkand.world.freight.model import FreightModel
from samarkand.world.freight.state_store import DECIDES, FEWEST
from samarkand.world.freight.subset_costs import PLACES, label_costs
from samarkand.world.freight.subsets import costs_of_subsets
from samarkand.world.network.link_changes import LinkChange

KIND = "left-out"
MOST_KEPT = 12  # states, of some 15 MB each with 20 items at 199 economies


def costs_left_out(
    model: FreightModel, changes: Sequence[LinkChange], items: Sequence[str], progress: Progress = quiet
) -> xr.DataArray:
    """Generalised cost with the changes of each item left out on an open network, found or read, US$/TEU.

    Dims (set, vot_class, origin, destination), as `costs_of_subsets` gives them `within` all changes.
    """
    if len(model.baseline.pairs) < FEWEST:
        return _find(model, changes, items, progress)
    key = left_out_key(model, changes, items)
    stored = load_entry(KIND, key)
    if stored is not None:
        return label_costs(model.baseline, _read(stored, model.baseline.costs_before), ("set", *PLACES))
    found = _find(model, changes, items, progress)
    save_entry(KIND, key, _written(found.to_numpy(), model.baseline.costs_before), MOST_KEPT)
    return found


def left_out_key(model: FreightModel, changes: Sequence[LinkChange], items: Sequence[str]) -> str:
    """Content hash of what decides them: the network, the parameters, changes, items in their order, and the code."""
    decides = [model.key, model.network.hash, model.parameters.hash, list(changes), list(items)]
    return data_hash(*decides, code_version(*DECIDES))


def _find(
    model: FreightModel, changes: Sequence[LinkChange], items: Sequence[str], progress: Progress
) -> xr.DataArray:
    sets = [[one for one in changes if one.item != item] for item in items]
    return costs_of_subsets(model, sets, progress, within=changes).all()


def _written(costs: Floats, before: Floats) -> Arrays:
    """Most pairs of economies have the costs that they have without a programme: they are left out."""
    cells = np.flatnonzero((costs != before).any(axis=(0, 1)))
    return {"cells": cells.astype(np.int32), "costs": costs.reshape(*costs.shape[:2], -1)[:, :, cells]}


def _read(stored: Arrays, before: Floats) -> Floats:
    costs: Floats = np.empty((len(stored["costs"]), *before.shape))
    costs[:] = before
    costs.reshape(*costs.shape[:2], -1)[:, :, stored["cells"]] = stored["costs"]
    return costs
