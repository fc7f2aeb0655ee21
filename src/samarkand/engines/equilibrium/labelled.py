"""Labelled input: arrays with named dimensions and labels (xarray's `DataArray`) become plain ones in the one order.

Dimensions are `origin`, `destination`, `economy` (labels of economies), `sector` and `use_sector` (labels of sectors).
Their order in the array says nothing, and labels are aligned: no figure is taken for another's because a table was
sorted in another way. Plain arrays are taken as they are; what can be checked of them is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samarkand.engines.equilibrium.equations import Array
from samarkand.engines.equilibrium.errors import EquilibriumError

OF = {
    "origin": "economies", "destination": "economies", "economy": "economies",
    "sector": "sectors", "use_sector": "sectors",
}  # fmt: skip
MOST_NAMED = 5


def is_labelled(values: object) -> bool:
    """Whether these are values with named dimensions and labels."""
    return hasattr(values, "dims") and hasattr(values, "coords")


class Labels:
    """The labels of economies and of sectors, as the first labelled array or the caller gives them."""

    def __init__(self, economies: Sequence[str] = (), sectors: Sequence[str] = ()) -> None:
        self.known: dict[str, tuple[str, ...]] = {}
        for kind, names in (("economies", economies), ("sectors", sectors)):
            if len(names):
                self.known[kind] = tuple(map(str, names))

    def get(self, kind: str) -> tuple[str, ...]:
        """Labels of a kind; none where nobody gave any."""
        return self.known.get(kind, ())

    def align(self, name: str, dim: str, labels: Sequence[str]) -> NDArray[np.intp] | None:
        """Places of the known labels among these; None where they are the same in the same order.

        Raises `EquilibriumError` where they are not the same labels.
        """
        kind, mine = OF[dim], tuple(map(str, labels))
        known = self.known.setdefault(kind, mine)
        if mine == known:
            return None
        if len(set(mine)) < len(mine):
            twice = next(label for label in mine if mine.count(label) > 1)
            raise EquilibriumError(f"{name}: {twice} stands twice along {dim}")
        missing = [label for label in known if label not in set(mine)]
        strange = [label for label in mine if label not in set(known)]
        if missing or strange:
            said = [
                f"{what} {_some(labels_)}"
                for what, labels_ in (("lacks", missing), ("has", strange))
                if labels_
            ]
            raise EquilibriumError(
                f"{name}: its labels along {dim} are not those of the other arrays: it {' and '.join(said)}"
            )
        places: NDArray[np.intp] = np.array([mine.index(label) for label in known])
        return places


def plain(name: str, values: Any, dims: Sequence[str], labels: Labels) -> Array:
    """Values in the order of `dims`; labelled ones transposed and aligned, plain ones as they are.

    Raises `EquilibriumError` for other dimensions or labels.
    """
    if not is_labelled(values):
        return np.asarray(values, dtype=np.float64)
    if set(values.dims) != set(dims):
        raise EquilibriumError(
            f"{name} has the dimensions {', '.join(map(str, values.dims))}; wanted are {', '.join(dims)}"
        )
    values = values.transpose(*dims)
    array = np.asarray(values, dtype=np.float64)
    for axis, dim in enumerate(dims):
        if dim not in values.coords:
            raise EquilibriumError(f"{name} has no labels along {dim}")
        places = labels.align(name, dim, values.coords[dim].to_numpy().tolist())
        if places is not None:
            array = np.take(array, places, axis=axis)
    return array


def fits(values: Any, choices: Sequence[Sequence[str]]) -> Sequence[str]:
    """The dimensions among `choices` that labelled values have, or the first, for the message."""
    return next((dims for dims in choices if set(values.dims) == set(dims)), choices[0])


def _some(labels: Sequence[str]) -> str:
    shown = ", ".join(labels[:MOST_NAMED])
    return shown if len(labels) <= MOST_NAMED else f"{shown} and {len(labels) - MOST_NAMED} more"
