"""Writes `world/freight/mode_constants.csv`: constants of the choice of modes, fitted to published splits.

    python -m data.mode_constants
    python -m data.mode_constants --pulls

Fitted are the rows of `observed_freight.csv` whose use is `calibrate`: the half of the pairs that the hash draws, and
North America. To be run when the embedded network, accounts, those rows or the parameters of mode choice have changed.
Legs to ports are those of the constants that the table has when it is run (`leg_choice`): run until it stays the
same to the last digit or one off it.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares
from scipy.sparse import csr_array, vstack

import samarkand
from samarkand.analysis.border_modes import PARTS
from samarkand.analysis.mode_shares import SHARES, Split, modes_counted, pair_weights, prepare_borders
from samarkand.analysis.observed import FITTED, ObservedRow, observed_freight, pair_of
from samarkand.baseline import Baseline, solve_baseline
from samarkand.core.conventions import Floats, Ints
from samarkand.core.progress import quiet
from samarkand.session import default_session
from samarkand.solving import Setting
from samarkand.world.freight.mode_choice import (
    MODES,
    NORTH_AMERICA,
    TERMS,
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
# away. And from which difference of roots on a figure counts by its distance and not by the square of it (`soft_l1`):
# what is asked is the median miss, and shares that partners decide are out of the reach of constants, and would bend
# them. Left out pair by pair, the fitted half is missed by, median and mean in points (the pairs of cities with 85 per
# cent of each row's goods; measured before coal and ores had legs of their own and the air its share by distance):
#
#     FAR          0.005         0.01          0.02          0.05          0.1
#     pull 0.01     7.7, 13.4                   7.2, 13.1
#     pull 0.03     6.9, 12.9     7.2, 12.9     7.4, 13.0     8.2, 13.2     9.5, 13.8
#     pull 0.1      6.9, 13.6
PULL, PULLS = 3e-2, (1e-2, 3e-2, 1e-1)
FAR = 0.005


class Fit:
    """Splits as sums over pairs of cities: shares = matrix @ shares of pairs, of which each row adds up to at most
    one."""

    def __init__(self, baseline: Baseline, rows: Sequence[ObservedRow]) -> None:
        freight = baseline.state.model.baseline
        self.pair = np.array([pair_of(row.place) for row in rows])
        self.counted, self.pull = np.ones(len(rows), np.bool_), PULL
        self.observed = np.array([row.observed for row in rows])
        self.rows, self.matrix = _matrix(baseline, rows)
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
        return np.asarray(self.matrix @ of_pairs.ravel())

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
        found = least_squares(
            self.residuals, start, self.slopes, xtol=1e-6, ftol=1e-8, max_nfev=40, loss="soft_l1", f_scale=FAR
        )
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


def _matrix(baseline: Baseline, observed: Sequence[ObservedRow]) -> tuple[Ints, csr_array]:
    """Pairs of cities that carry something, and the weights of their shares in each figure [figure, pair x class x
    mode]: those of the modes that count as the figure's."""
    prepare_borders(baseline, [row.border for row in observed if row.border])
    parts = []
    for row in observed:
        pairs, _, modes = row.place.partition(":")
        split = Split(pairs, row.measure, row.border)
        weighed = pair_weights(baseline, split)
        if weighed is None:
            raise ValueError(f"{pairs}: nothing is traded")
        counts = PARTS[:, [MODES.index(mode) for mode in modes.split("+")]].sum(axis=1)
        wanted = counts[modes_counted(baseline, split, weighed[0])]
        parts.append((weighed[0], weighed[1][..., None] * wanted))
    used = np.unique(np.concatenate([rows for rows, _ in parts]))
    lines = []
    for rows, weight in parts:
        at = np.nonzero(weight)
        column = np.ravel_multi_index(
            (np.searchsorted(used, rows)[at[0]], *at[1:]), (used.size, *weight.shape[1:])
        )
        lines.append(csr_array((weight[at], column, [0, column.size]), (1, used.size * weight[0].size)))
    return used, csr_array(vstack(lines))


def main() -> None:
    """Fit, and write the table under the comments that it has."""
    parser = argparse.ArgumentParser(prog="python -m data.mode_constants", description=main.__doc__)
    parser.add_argument(
        "--pulls",
        action="store_true",
        help="how figures left out are missed at several pulls; writes nothing",
    )
    asked = parser.parse_args()
    world = samarkand.load_world()
    setting = Setting(world, world.assumptions, "fixed_nominal")
    baseline = solve_baseline(setting, (), default_session().kept, quiet)
    rows = [row for row in observed_freight() if row.use in FITTED and row.measure in SHARES]
    fit = Fit(baseline, rows)
    start = declared_constants()[:, :LAND].ravel()
    if asked.pulls:
        for fit.pull in PULLS:
            miss = fit.misses_of_left_out(start)
            sys.stdout.write(f"pull {fit.pull:g}: median {np.median(miss):.1%}, mean {miss.mean():.1%}\n")
        return
    found = fit.solve(start)
    lines = [next(line for line in TABLE.read_text(encoding="utf-8").splitlines() if line.startswith("#"))]
    lines.append(f"# Fitted to {len(rows)} published splits of modes on the embedded network and accounts.")
    lines.append("term,road,rail,source,flag")
    for term, (road, rail) in zip(TERMS, found.reshape(-1, LAND), strict=True):
        lines.append(f"{term},{road:.3f},{rail:.3f},{SOURCE},derived")
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    miss = np.median(fit.misses(found))
    sys.stdout.write(f"{found.size} constants, {len(rows)} figures, median miss {miss:.1%}\n")
    if any(row.use == "next" for row in rows):
        sys.stdout.write(
            "mark rows of `next` as calibrate in analysis/observed_freight.csv: they are fitted now\n"
        )


if __name__ == "__main__":
    main()
