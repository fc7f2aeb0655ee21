"""Gains of items and channels in trade, kept in this user's cache folder: exact solutions that no question repeats.

The key holds all that they are computed from: the question without its years, what the state changes, and the code
itself, so that a gain of another version is never read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from samarkand.core.code_version import code_version
from samarkand.core.conventions import Floats
from samarkand.core.disk_cache import load_entry, save_entry
from samarkand.core.hashing import data_hash
from samarkand.programme.applying import Change
from samarkand.worth.gains import TradeGain

KIND, OF_CHANNELS, OF_ALL = "gains", "channels", "together"
MOST_KEPT = 16  # states; each is below a megabyte


def stored_gains(
    of_states: str,
    change: Change,
    items: Iterable[str],
    work_out: Callable[[Sequence[str]], Sequence[TradeGain]],
) -> dict[str, TradeGain]:
    """The gains of some items of a state: those kept, and the others worked out and kept too."""
    wanted = list(items)
    if not wanted:
        return {}
    key = _key(of_states, change)
    known = _read(key)
    missing = [name for name in wanted if name not in known]
    if missing:
        known |= dict(zip(missing, work_out(missing), strict=True))
        _write(key, known)
    return {name: known[name] for name in wanted}


def stored_channels(
    of_states: str, change: Change, names: Sequence[str], work_out: Callable[[Sequence[str]], Sequence[float]]
) -> dict[str, float]:
    """What each channel of a state gives the world alone: as it is kept, or worked out and kept."""
    key = _key(of_states, change)
    kept = load_entry(OF_CHANNELS, key) or {}
    if set(kept) == set(names):
        return {name: float(kept[name]) for name in names}
    found = dict(zip(names, work_out(names), strict=True))
    save_entry(OF_CHANNELS, key, {name: np.asarray(one) for name, one in found.items()}, MOST_KEPT)
    return found


def stored_together(of_states: str, change: Change, work_out: Callable[[], Floats]) -> Floats:
    """What all items of a state give by label of the accounts: as it is kept, or worked out and kept."""
    key = _key(of_states, change)
    kept = load_entry(OF_ALL, key) or {}
    if "gain" not in kept:
        kept = {"gain": work_out()}
        save_entry(OF_ALL, key, kept, MOST_KEPT)
    gain: Floats = kept["gain"]
    return gain


def _key(of_states: str, change: Change) -> str:
    return data_hash(of_states, repr(change.shocks), code_version())


def _read(key: str) -> dict[str, TradeGain]:
    kept = load_entry(KIND, key) or {}
    names = {name.rpartition(" ")[0] for name in kept}
    try:
        return {
            name: TradeGain(
                kept[f"{name} left_out"],
                kept[f"{name} alone"],
                kept[f"{name} users"],
                float(kept[f"{name} tonnes"]),
            )
            for name in names
        }
    except KeyError:
        return {}  # of another layout


def _write(key: str, gains: dict[str, TradeGain]) -> None:
    arrays = {
        f"{name} {part}": np.asarray(value, np.float64)
        for name, gain in gains.items()
        for part, value in gain._asdict().items()
    }
    save_entry(KIND, key, arrays, MOST_KEPT)
