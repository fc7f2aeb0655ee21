"""Distributions fitted to what is published of projects of the past: their mean, and quantiles or standard deviation.

The family is the log-normal of outturn over estimate, `R`: never negative, skewed to the right, and closed under a
change of scale. `ln R` is normal with mean m and standard deviation d:

    q(p) = exp(m + d z(p)),    mean = exp(m + d^2 / 2),    variance = mean^2 (exp(d^2) - 1)

An overrun is `R - 1`. Two published moments give m and d exactly; of a mean with two quantiles the fit leaves errors,
and the largest of them is as small as the family allows. A mean alone gives no distribution.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import Literal, get_args

from pydantic import ConfigDict

from samarkand.core.declarations import Words, read_rows
from samarkand.core.evidence import Cited
from samarkand.programme.model.models import Item

Measure = Literal["cost", "schedule", "demand"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
LOW, HIGH = 0.1, 0.9  # quantiles that a range goes from and to
COVERAGE = HIGH - LOW
FAMILY = "log-normal"
BEFORE_CONTRACT = ("proposed", "agreed")  # statuses at which all of the overrun is still to come
BEFORE_STAGES = ("concept", "feasibility", "tender")  # stages of an estimate at which it is
STEPS = 200  # of a bisection: more than the digits of a double


@dataclass(frozen=True)
class LogNormal:
    """Outturn over estimate: `ln R` is normal with this mean and standard deviation."""

    location: float
    spread: float

    @property
    def mean(self) -> float:
        """Mean of R."""
        return math.exp(self.location + self.spread**2 / 2.0)

    @property
    def deviation(self) -> float:
        """Standard deviation of R."""
        return self.mean * math.sqrt(math.expm1(self.spread**2))

    def quantile(self, share: float) -> float:
        """R below which a share of projects came out."""
        return math.exp(self.location + self.spread * NormalDist().inv_cdf(share))


@dataclass(frozen=True)
class Fitted:
    """A distribution, what it was fitted to, and by how much it misses each published figure.

    `errors`: fitted less published, in fractions of the estimate, by `mean`, `sd`, or the quantile as `q25`.
    """

    name: str
    measure: Measure
    distribution: LogNormal
    published: Mapping[str, float]
    errors: Mapping[str, float]
    source: str

    @property
    def largest_error(self) -> float:
        """The largest of the errors, without its sign."""
        return max(abs(error) for error in self.errors.values())


@dataclass(frozen=True)
class MeanAlone:
    """A class of which only the mean is published: no spread is known, and no range is given."""

    name: str
    measure: Measure
    mean: float
    source: str


class ReferenceClass(Cited):
    """A row of `samarkand/worth/reference_classes.csv`, of which this reads what it names."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    name: str
    kinds: Words
    fuels: Words = ()
    value: float
    low: float | None = None
    high: float | None = None


class DeliveryClass(Cited):
    """A row of `delivery_classes.csv`."""

    name: str
    measure: Literal["schedule", "demand"]
    kinds: Words
    fuels: Words = ()
    mean: float
    sd: float | None = None
    unit: str


@cache
def reference_classes() -> tuple[ReferenceClass, ...]:
    """The declared classes of cost. The table stands with worth, which this layer does not import."""
    return read_rows("samarkand.worth", "reference_classes.csv", ReferenceClass)


@cache
def delivery_classes() -> tuple[DeliveryClass, ...]:
    """The declared classes of time and use."""
    return read_rows(__package__, "delivery_classes.csv", DeliveryClass)


def calc_by_moments(mean: float, deviation: float) -> LogNormal:
    """Mean and standard deviation of R to the log-normal that has them: `d^2 = ln(1 + (sd / mean)^2)`.

    Both above zero. The method of moments: exact for two published moments.
    """
    spread = math.sqrt(math.log1p((deviation / mean) ** 2))
    return LogNormal(math.log(mean) - spread**2 / 2.0, spread)


def calc_by_quartiles(mean: float, low: float, high: float) -> LogNormal:
    """Mean and quartiles of R to the log-normal whose largest error over the three is least.

    The quartiles alone give `m = (ln low + ln high) / 2` and `d = (ln high - ln low) / (2 z(0.75))`. Of three figures
    and two parameters the best fit misses all three by the same e: both quartiles are moved by e towards the published
    mean, until the mean of the fit is nearer to it than e. Bisection finds e.

    Raises `ValueError` where the quartiles are not in order or not above zero.
    """
    if not 0.0 < low < high:
        raise ValueError("quartiles of outturn over estimate are above zero and in order")

    def moved(by: float) -> LogNormal:
        ends = math.log(low + by), math.log(high + by)
        return LogNormal(sum(ends) / 2.0, (ends[1] - ends[0]) / (2.0 * NormalDist().inv_cdf(0.75)))

    sign = 1.0 if moved(0.0).mean < mean else -1.0
    least, most = 0.0, (0.999 * low if sign < 0.0 else abs(mean - moved(0.0).mean))
    for _ in range(STEPS):
        error = (least + most) / 2.0
        still_off = sign * (mean - moved(sign * error).mean)
        least, most = (error, most) if still_off > error else (least, error)
    return moved(sign * least)


@cache
def fit_cost(row: ReferenceClass) -> Fitted | MeanAlone:
    """The distribution of a class of costs; its mean alone where no quartiles are published."""
    if row.low is None or row.high is None:
        return MeanAlone(row.name, "cost", row.value, row.source)
    found = calc_by_quartiles(1.0 + row.value, 1.0 + row.low, 1.0 + row.high)
    published = {"mean": row.value, "q25": row.low, "q75": row.high}
    fitted = {"mean": found.mean, "q25": found.quantile(0.25), "q75": found.quantile(0.75)}
    errors = {name: fitted[name] - 1.0 - value for name, value in published.items()}
    return Fitted(row.name, "cost", found, published, errors, row.source)


@cache
def fit_delivery(row: DeliveryClass) -> Fitted | MeanAlone:
    """The distribution of a class of schedules or of demand; its mean alone where no deviation is published."""
    if row.sd is None:
        return MeanAlone(row.name, row.measure, row.mean, row.source)
    found = calc_by_moments(1.0 + row.mean, row.sd)
    published = {"mean": row.mean, "sd": row.sd}
    errors = {"mean": found.mean - 1.0 - row.mean, "sd": found.deviation - row.sd}
    return Fitted(row.name, row.measure, found, published, errors, row.source)


@cache
def fitted_classes() -> tuple[Fitted | MeanAlone, ...]:
    """All declared classes: costs, then schedules and demand."""
    return (*map(fit_cost, reference_classes()), *map(fit_delivery, delivery_classes()))


def class_of(item: Item, measure: Measure) -> Fitted | MeanAlone | None:
    """The class of an item; None where there is none of its kind. Demand is of passengers and of users of a road."""
    rows: tuple[ReferenceClass | DeliveryClass, ...] = (
        reference_classes()
        if measure == "cost"
        else tuple(row for row in delivery_classes() if row.measure == measure)
    )
    for row in rows:
        if item.kind in row.kinds and (not row.fuels or set(item.words("fuel")) & set(row.fuels)):
            return fit_cost(row) if isinstance(row, ReferenceClass) else fit_delivery(row)
    return None


def share_to_come(item: Item, parameters: Mapping[str, float]) -> float:
    """Share of the overrun of its class that is still to come of an item.

    `1 + s (R - 1)` is what the outturn may be over the estimate: s is one where the estimate is from before the
    contract, that of the parameters from the contract on, and zero once the outturn is known: in service, or where the
    cost is given as the outturn.
    """
    stage = str(item.get("estimate_stage") or "")
    if item.status == "in_service" or stage == "outturn":
        return 0.0
    if stage:
        return 1.0 if stage in BEFORE_STAGES else parameters["overrun_share_under_contract"]
    return 1.0 if item.status in BEFORE_CONTRACT else parameters["overrun_share_under_contract"]
