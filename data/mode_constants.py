"""Writes `world/freight/mode_constants.csv`: constants of the choice of modes, fitted to published splits.

    python -m data.mode_constants
    python -m data.mode_constants --pulls

Fitted are the rows of `observed_freight.csv` whose use is `calibrate`: the half of the pairs that the hash draws, and
North America. To be run when the embedded network, accounts, those rows or the parameters of mode choice have changed.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares

import samarkand
from samarkand.analysis.observed import (
    SHARES,
    ObservedRow,
    amounts,
    counted_pairs,
    observed_freight,
    pair_of,
)
from samarkand.baseline import Baseline, solve_baseline
from samarkand.core.conventions import Floats, Ints
from samarkand.core.progress import quiet
from samarkand.session import default_session
from samarkand.solving import Setting
from samarkand.world.freight.mode_choice import (
    MODES,
    NORTH_AMERICA,
    TERMS,
    VOT_CLASSES,
    distance_between_cities,
    within_north_america,
)
from samarkand.world.freight.mode_constants import declared_constants
from samarkand.world.freight.trade_costs import FreightBaseline

TABLE = Path(samarkand.__file__).parent / "world" / "freight" / "mode_constants.csv"
SOURCE = "Fit to published splits on the embedded network"
LAND = len(MODES) - 1  # the sea is the reference
SMALL_SHARE = 1e-6  # keeps the root of a share of nothing differentiable
# How much each constant is pulled to zero: one that few splits decide, as that of value for goods in bulk, would run
# away. Of `PULLS` it meets best what is left out, pair by pair, of the fitted half (`--pulls`).
PULL, PULLS = 1e-3, (1e-4, 1e-3, 3e-3, 1e-2)


class Fit:
    """Splits as sums over pairs of cities: shares = weights @ shares of pairs, each row of weights adding up to one."""

    def __init__(self, baseline: Baseline, rows: Sequence[ObservedRow]) -> None:
        freight = baseline.state.model.baseline
        groups = list(dict.fromkeys((row.place.partition(":")[0], row.measure) for row in rows))
        self.pair = np.array([pair_of(row.place) for row in rows])
        self.counted, self.pull = np.ones(len(rows), np.bool_), PULL
        self.group = np.array([groups.index((row.place.partition(":")[0], row.measure)) for row in rows])
        self.mode = np.array([MODES.index(row.place.partition(":")[2]) for row in rows])
        self.observed = np.array([row.observed for row in rows])
        self.rows, self.weights = _weights(baseline, freight, groups)
        with np.errstate(divide="ignore"):
            constants = freight.constants[self.rows]
            barred = ~np.isfinite(constants)
            self.utility = np.log(freight.term[self.rows]) - np.where(barred, 0.0, constants)
        self.features = [feature[self.rows] for feature in _one_each(freight)]

    def shares(self, weights: Floats) -> Floats:
        """Shares of modes of each pair of cities [pair, class, mode] at constants (term, road and rail)."""
        utility = self.utility.copy()
        for k, feature in enumerate(self.features):
            utility[..., :LAND] += feature[..., None] * weights.reshape(len(TERMS), LAND)[k]
        most = utility.max(axis=-1, keepdims=True)
        term = np.exp(utility - np.where(np.isfinite(most), most, 0.0))
        total = term.sum(axis=-1, keepdims=True)
        share: Floats = np.divide(term, total, out=np.zeros_like(term), where=total > 0)
        return share

    def sums(self, of_pairs: Floats) -> Floats:
        """What of each observed row the model has: sums over pairs."""
        by_mode: Floats = self.weights @ of_pairs.reshape(self.weights.shape[1], len(MODES))
        return np.asarray(by_mode[self.group, self.mode])

    def residuals(self, weights: Floats) -> Floats:
        """Differences of square roots of shares, so that a point of a small share counts more than one of a large."""
        modelled = self.sums(self.shares(weights))
        roots = np.sqrt(modelled + SMALL_SHARE) - np.sqrt(self.observed + SMALL_SHARE)
        return np.concatenate([roots[self.counted], np.sqrt(self.pull) * weights])

    def slopes(self, weights: Floats) -> Floats:
        """Derivatives of `residuals`: d s_m / d A_k = s_m (1[m = k] - s_k)."""
        share = self.shares(weights)
        rise = 0.5 / np.sqrt(self.sums(share) + SMALL_SHARE)
        columns = []
        for feature in self.features:
            for k in range(LAND):
                change = -share * share[..., k : k + 1] * feature[..., None]
                change[..., k] += share[..., k] * feature
                columns.append((rise * self.sums(change))[self.counted])
        return np.concatenate([np.stack(columns, axis=1), np.sqrt(self.pull) * np.eye(weights.size)])

    def solve(self, start: Floats) -> Floats:
        """The weights that meet the rows that are counted best."""
        found = least_squares(self.residuals, start, jac=self.slopes, xtol=1e-6, ftol=1e-8, max_nfev=40)
        return np.asarray(found.x)

    def misses(self, weights: Floats) -> Floats:
        """Distances of modelled from observed shares, fractions, of all rows."""
        return np.abs(self.sums(self.shares(weights)) - self.observed)

    def misses_of_left_out(self, start: Floats) -> Floats:
        """Misses of the pairs outside North America, each fitted without its own rows."""
        left_out = []
        for pair in sorted({name for name in self.pair if not NORTH_AMERICA & set(re.split(r"\W", name))}):
            self.counted = self.pair != pair
            left_out.append(self.misses(self.solve(start))[~self.counted])
        self.counted = np.ones_like(self.counted)
        return np.concatenate(left_out)


def _one_each(freight: FreightBaseline) -> Iterator[Floats]:
    """What multiplies each term's weight, [pair, class]: the constants of weights of one, term by term."""
    pairs = freight.pairs.origin, freight.pairs.destination
    km, american = distance_between_cities(freight.cities)[pairs], within_north_america(freight.cities)[pairs]
    for k in range(len(TERMS)):
        alone = np.zeros((len(TERMS), len(MODES)))
        alone[k] = 1.0
        choice = type(freight.choice)(freight.choice.scale, alone)
        yield choice.constants(km, american)[..., 0]


def _weights(
    baseline: Baseline, freight: FreightBaseline, groups: Sequence[tuple[str, str]]
) -> tuple[Ints, Floats]:
    """Pairs of cities that carry something, and their weights in each group [group, pair x class]."""
    labels = baseline.setting.world.labels
    zone, population = freight.zones
    one, other = zone[freight.pairs.origin], zone[freight.pairs.destination]
    inside = np.flatnonzero((one >= 0) & (other >= 0) & (one != other))
    one, other = one[inside], other[inside]
    both = population[freight.pairs.origin[inside]] * population[freight.pairs.destination[inside]]
    mass = freight.levels[-1]
    served = (freight.term[inside] > 0).any(axis=-1)
    found = np.empty((len(groups), inside.size, len(VOT_CLASSES)), np.float32)
    for g, (place, measure) in enumerate(groups):
        counted = counted_pairs(place, labels)
        if counted is None:
            raise ValueError(f"{place} is not in the world")
        amount = np.where(counted, amounts(baseline, measure), 0.0)
        each = np.divide(amount, mass, out=np.zeros_like(amount), where=mass > 0)
        found[g] = (both * (each[:, one, other] + each[:, other, one])).T * served
        found[g] /= found[g].sum()
    used = found.any(axis=(0, 2))
    return inside[used], found[:, used].reshape(len(groups), -1)


def main() -> None:
    """Fit, and write the table under the comments that it has."""
    world = samarkand.load_world()
    setting = Setting(world, world.assumptions, "fixed_nominal")
    baseline = solve_baseline(setting, (), default_session().kept, quiet)
    rows = [row for row in observed_freight() if row.use == "calibrate" and row.measure in SHARES]
    fit = Fit(baseline, rows)
    start = declared_constants()[:, :LAND].ravel()
    if sys.argv[1:] == ["--pulls"]:
        for fit.pull in PULLS:
            miss = fit.misses_of_left_out(start)
            sys.stdout.write(f"pull {fit.pull:g}: median {np.median(miss):.1%}, mean {miss.mean():.1%}\n")
        return
    found = fit.solve(start)
    lines = [line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    lines.append("term,road,rail,source,flag")
    for term, (road, rail) in zip(TERMS, found.reshape(-1, LAND), strict=True):
        lines.append(f"{term},{road:.3f},{rail:.3f},{SOURCE},derived")
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    miss = np.median(fit.misses(found))
    sys.stdout.write(f"{found.size} constants, {len(rows)} figures, median miss {miss:.1%}\n")


if __name__ == "__main__":
    main()
