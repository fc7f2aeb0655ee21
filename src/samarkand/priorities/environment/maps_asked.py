"""Maps of depths as a command is given them: `YEARS=FILE`, all faults at once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from samarkand.core.faults import FaultList


def maps_by_period(
    given: Iterable[str],
    without_item: bool,
    protected: Path | None,
    protection: float,
    days: float,
    option: str = "--depth",
) -> dict[float, Path]:
    """Maps by return period in years. Raises `Faults` for what is no such pair, and options that need an item."""
    faults, found = FaultList(), {}
    for one in given:
        years, sign, path = one.partition("=")
        try:
            period = float(years)
        except ValueError:
            period = float("nan")
        if not sign or not path or not 1 <= period < float("inf"):
            faults.add(
                f"{option} {one}",
                "is no return period with a map",
                f"Write YEARS=FILE, as {option} 100=flood.tif.",
            )
        elif period in found:
            faults.add(
                f"{option} {one}", f"is a second map of {period:g} years", "Give one for each return period."
            )
        else:
            found[period] = Path(path)
    asked = {option: bool(found), "--protected": protected is not None}
    for name in (name for name, there in asked.items() if there and without_item):
        faults.add(name, "is given without an item", "Name the item: samarkand screen ITEM.")
    for name, value in (("--protection", protection), ("--closure-days", days)):
        if not 0 <= value < float("inf"):
            faults.add(f"{name} {value:g}", "is no number from zero on", "Give years, or days.")
        elif value and not found:
            faults.add(
                f"{name} {value:g}", "says nothing without maps of depths", f"Add {option} YEARS=FILE."
            )
    faults.raise_if_any()
    return found
