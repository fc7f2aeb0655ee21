"""Writes `world/freight/mode_constants.csv`: the constants that calibration gives on the embedded network and accounts.

    python -m data.mode_constants

To be run when the embedded network, accounts or the parameters of mode choice have changed.
"""

from __future__ import annotations

from pathlib import Path

import samarkand
from samarkand.world.freight.commodities import freight_table
from samarkand.world.freight.mode_choice import SEGMENTS, VOT_CLASSES, classes_of_time, surface_trade
from samarkand.world.freight.model import prepare_freight

TABLE = Path(samarkand.__file__).parent / "world" / "freight" / "mode_constants.csv"
SOURCE = "Calibration on the embedded network"


def main() -> None:
    """Calibrate, and write the table under the comments that it has."""
    world = samarkand.load_world()
    parameters = world.assumptions.parameters
    commodities = freight_table(world.assumptions.freight).sel(sector=list(world.accounts.sectors))
    trade = surface_trade(world.accounts.trade_flow, commodities, classes_of_time(parameters))
    constants = prepare_freight(world.network, parameters, world.labels, trade).choice.constants
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    lines.append("segment,vot_class,road,rail,source,flag")
    for segment in SEGMENTS:
        for vot_class in VOT_CLASSES:
            road, rail = (
                float(constants.sel(segment=segment, vot_class=vot_class, mode=mode))
                for mode in ("road", "rail")
            )
            lines.append(f"{segment},{vot_class},{road:.6f},{rail:.6f},{SOURCE},derived")
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
