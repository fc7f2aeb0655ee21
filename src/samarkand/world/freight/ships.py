"""What ships goods sail in, as far as it decides on their way: the canals that laden ships of a class do not pass."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from samarkand.core.declarations import read_rows
from samarkand.core.evidence import Cited, Evidence
from samarkand.world.network.chokepoints import chokepoints


class ShipRow(Cited):
    """A row of `ships.csv`: laden ships of a class of goods do not pass a chokepoint.

    except_of: codes of economies whose goods of the class go in smaller ships.
    """

    vot_class: str
    chokepoint: str
    except_of: str = ""

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        known = [row.id for row in chokepoints()]
        if self.chokepoint not in known:
            raise ValueError(f"{self.chokepoint} is no chokepoint: {', '.join(known)}")
        _ = self.evidence
        return self

    @property
    def passage(self) -> str:
        """The passage of the sea graph that is the chokepoint."""
        return next(row.passage for row in chokepoints() if row.id == self.chokepoint)

    @property
    def evidence(self) -> Evidence:
        """Where it is from; it has no number."""
        return self.cited(None, "1")


def ship_rows() -> tuple[ShipRow, ...]:
    """The declared rows."""
    return read_rows("samarkand.world.freight", "ships.csv", ShipRow)
