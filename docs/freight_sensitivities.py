"""Writes docs/freight-sensitivities.csv: what moves the gates and straits that the model misses.

    python -m docs.freight_sensitivities

Each input in turn is halved and doubled, and the freight of the world laid anew: some five minutes. The page
docs/freight-observed.md (`python -m docs.freight_observed`) shows the table.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from samarkand.analysis.observed import beside_observed
from samarkand.analysis.sensitivities import calc_sensitivities, missed_places
from samarkand.session import Session

TABLE = Path(__file__).with_name("freight-sensitivities.csv")
HEAD = (
    "# Written by `python -m docs.freight_sensitivities`: million tonnes a year through gates, fractions of the "
    "world's trade in goods through straits, with half of an input, as it is, and with twice of it.\n"
)


def load_table() -> pd.DataFrame:
    """The table as it was last written."""
    return pd.read_csv(TABLE, comment="#")


def main() -> None:
    """Write the table."""
    session = Session()
    rows = missed_places(beside_observed(session=session))
    table = calc_sensitivities(rows, session=session, progress=_say)
    TABLE.write_text(
        HEAD + table.to_csv(index=False, float_format="%.5g", lineterminator="\n"), encoding="utf-8"
    )
    sys.stdout.write(f"docs/{TABLE.name}\n")


def _say(*words: object, **_: object) -> None:
    sys.stderr.write(" ".join(map(str, words)) + "\n")


if __name__ == "__main__":
    main()
