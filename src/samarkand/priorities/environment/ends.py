"""A figure between its ends, as its parameters have them."""

from __future__ import annotations

from typing import NamedTuple

from samarkand.world.parameters import Parameters


class Ends(NamedTuple):
    """Low, central and high, in one unit."""

    low: float
    central: float
    high: float

    def plus(self, other: Ends) -> Ends:
        """The sum, low with low and high with high."""
        return Ends(self.low + other.low, self.central + other.central, self.high + other.high)

    def times(self, factor: float) -> Ends:
        """The product with a sure figure; ends change places where it is negative."""
        low, central, high = (factor * one for one in self)
        return Ends(min(low, high), central, max(low, high))


NOTHING = Ends(0.0, 0.0, 0.0)


def ends_of(parameters: Parameters, name: str) -> Ends:
    """The value of a parameter and the ends of its range; the value itself where it has none, or a scenario sets it."""
    return Ends(*parameters.evidence(name).ends)
