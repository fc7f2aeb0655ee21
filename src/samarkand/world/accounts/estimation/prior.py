"""Prior of trade that is not observed: structural gravity between units, by sector."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.optimize import nnls

from samarkand.core.conventions import Floats
from samarkand.world.accounts.estimation.balance import fit_margins
from samarkand.world.accounts.estimation.evidence import COVARIATES, Evidence, calc_covariates
from samarkand.world.accounts.estimation.facts import COVERED, MOST_RAW, PARTLY_COVERED, Units

RANKS = 5  # commodities that the factbook lists
# BACI's raw materials are not all of a covered sector (stone, sand, mining support): this part of what the donors
# trade of it is added, and at least that part of trade is spread by gravity.
LEFT_UNCOVERED = 0.1
LEAST_BY_GRAVITY = 0.02


def calc_sector_exports(intermediate: Floats) -> Floats:
    """Intermediate exports by origin and sector: ``sum_{n != i, k} intermediate[i, s, n, k]``."""
    sales = intermediate.sum(axis=3)
    exports: Floats = sales.sum(axis=2) - np.einsum("isi->is", sales)
    return exports


def calc_sector_imports(intermediate: Floats) -> Floats:
    """Intermediate imports by destination and sector: ``sum_{i != n, k} intermediate[i, s, n, k]``."""
    sales = intermediate.sum(axis=3)
    imports: Floats = (sales.sum(axis=0) - np.einsum("isi->si", sales)).T
    return imports


def raw_materials(evidence: Evidence, units: Units, sectors: Sequence[str]) -> Floats:
    """Raw materials by ``[origin, sector, destination]`` of the units, US$ million; economies in ROW added up."""
    position = {code: k for k, code in enumerate(units.codes)} | dict.fromkeys(
        units.in_row, len(units.codes) - 1
    )
    raw = evidence.raw
    flows = np.zeros((len(units.codes), len(sectors), len(units.codes)))
    origin, destination = raw["origin"].map(position), raw["destination"].map(position)
    known = (origin.notna() & destination.notna() & (origin != destination)).to_numpy()
    sector = raw["sector"].map({code: k for k, code in enumerate(sectors)}).to_numpy()[known]
    np.add.at(
        flows,
        (origin[known].to_numpy(int), sector, destination[known].to_numpy(int)),
        raw["value"].to_numpy(float)[known],
    )
    return flows


def rank_weights(composition: Floats, donors: Floats, listed: list[list[int]]) -> Floats:
    """Share of trade of the first, second ... listed commodity, learnt from observed economies.

        composition[i, s] - donors[i, s] = sum_r w_r (1 if s is the sector of commodity r else 0 - donors[i, s])

    by least squares with w >= 0 (and not rising with the rank). A commodity without a sector is left out.
    """
    size, sectors = composition.shape
    design = np.zeros((size * sectors, RANKS))
    for i, ranks in enumerate(listed):
        for rank, sector in enumerate(ranks[:RANKS]):
            if sector < 0:
                continue
            column = -donors[i].copy()
            column[sector] += 1.0
            design[i * sectors : (i + 1) * sectors, rank] = column
    # Weights that do not rise are sums of steps.
    steps = np.tril(np.ones((RANKS, RANKS))).T
    found, _ = nnls(design @ steps, (composition - donors).ravel())
    weights: Floats = steps @ found
    return weights


def apply_ranks(donors: Floats, listed: list[list[int]], weights: Floats) -> Floats:
    """The donors' composition moved towards the listed commodities."""
    out = donors.copy()
    for i, ranks in enumerate(listed):
        for rank, sector in enumerate(ranks[:RANKS]):
            if sector >= 0:
                out[i] -= weights[rank] * donors[i]
                out[i, sector] += weights[rank]
    moved: Floats = np.maximum(out, 0.0)
    return moved


def listed_sectors(
    lists: pd.DataFrame, column: str, codes: Sequence[str], sectors: Sequence[str], skip: Sequence[str]
) -> list[list[int]]:
    """Sectors of each unit's listed commodities, -1 where unknown or among those to ``skip``."""
    position = {code: k for k, code in enumerate(sectors) if code not in skip}
    return [
        [position.get(word, -1) for word in str(lists.loc[code, column]).split()]
        if code in lists.index
        else []
        for code in codes
    ]


def _normalised(values: Floats, keep: Floats) -> Floats:
    kept = values * keep
    result: Floats = kept / kept.sum(axis=-1, keepdims=True)
    return result


def composition_by_sector(
    seen: Floats,
    totals: Floats,
    raw: Floats,
    raw_given: bool,
    donors: Floats,
    listed: list[list[int]],
    observed: int,
    sectors: Sequence[str],
) -> Floats:
    """Exports (or imports) by unit and sector, US$ million: as seen for observed units, estimated for others.

    seen: intermediate trade of the observed units by sector; totals: all units; raw: raw materials by unit and
    sector; donors: weights of the observed units for every unit; listed: sectors of the first commodities.
    Of the estimated units, raw materials are as in BACI, the rest of the total as the donors' trade (of covered
    sectors a `LEFT_UNCOVERED` part of it), moved towards what the unit lists.
    """
    partly = np.array([code in (*COVERED, *PARTLY_COVERED) and raw_given for code in sectors])
    free = np.array([LEFT_UNCOVERED if code in COVERED and raw_given else 1.0 for code in sectors])
    of_observed = _normalised(np.where(seen.sum(axis=1, keepdims=True) > 0, seen, 1.0), free)
    by_donors = donors @ of_observed
    weights = rank_weights(of_observed, by_donors[:observed], listed[:observed])
    blend = apply_ranks(by_donors, listed, weights)
    given = np.where(partly[None, :], raw, 0.0)
    most = MOST_RAW * totals
    given *= np.minimum(1.0, most / np.maximum(given.sum(axis=1), 1e-12))[:, None]
    result: Floats = given + (totals - given.sum(axis=1))[:, None] * blend
    result[:observed] = seen * (totals[:observed] / seen.sum(axis=1))[:, None]
    return result


def make_gravity(
    evidence: Evidence,
    units: Units,
    sectors: Sequence[str],
    exports: Floats,
    imports: Floats,
    raw: Floats | None,
    left_out: str,
) -> Floats:
    """Trade between units by ``[origin, sector, destination]`` from gravity, fitted to exports and imports.

        prior[i, s, n] = a[i, s] b[n, s] exp(sum_c beta[s, c] covariate[c, i, n]),   zero where i = n

    Where raw materials are given, covered sectors are theirs plus gravity for what they leave of the totals.
    """
    covariates = calc_covariates(evidence, units.codes, units.in_row)
    table = evidence.gravity[evidence.gravity["left_out"] == left_out].set_index("sector")
    beta = table.loc[list(sectors), list(COVARIATES)].to_numpy(float)
    size = len(units.codes)
    prior = np.zeros((size, len(sectors), size))
    for s, code in enumerate(sectors):
        friction = np.exp(np.einsum("c,cin->in", beta[s], covariates))
        np.fill_diagonal(friction, 0.0)
        rows, columns = exports[:, s], imports[:, s]
        if raw is not None and code in (*COVERED, *PARTLY_COVERED):
            known = raw[:, s, :]
            prior[:, s, :] = known
            rows = np.maximum(rows - known.sum(axis=1), LEAST_BY_GRAVITY * rows)
            columns = np.maximum(columns - known.sum(axis=0), LEAST_BY_GRAVITY * columns)
        prior[:, s, :] += fit_margins(friction, rows, columns)
    return prior
