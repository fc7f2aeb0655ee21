"""Economic complexity of a matrix of exports: who makes what, which products go together, what is near.

Arrays in, arrays out: rows are economies c, columns are products p. With M the presence of products, d = M 1 the
diversity and u = 1' M the ubiquity:

    rca[c, p]       = (x[c, p] / x[c, .]) / (x[., p] / x[., .])             M[c, p] = rca[c, p] >= 1
    proximity[p, q] = (M' M)[p, q] / max(u[p], u[q])
    density[c, p]   = sum_q M[c, q] proximity[q, p] / sum_q proximity[q, p]
    k               = second eigenvector of D^-1 M U^-1 M',   ECI = (k - mean k) / sd k
    PCI             = (U^-1 M' k / eigenvalue - mean k) / sd k

Sources: Hidalgo, Klinger, Barabasi & Hausmann (2007), Science 317; Hausmann, Hidalgo et al. (2014), The Atlas of
Economic Complexity, technical box 2.2 and 6.1; the same figures as the package ecomplexity 0.5.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

Floats = NDArray[np.float64]

# Two eigenvalues nearer to each other than this leave the second vector undetermined: it turns with rounding.
LEAST_GAP = 1e-6


@dataclass(frozen=True)
class Complexity:
    """What `calc_complexity` finds of a matrix.

    Attributes
    ----------
    rca, presence, density, gain
        Dims (economy, product): revealed comparative advantage, presence (0 or 1), density, and opportunity gain:
        what a new product adds to the outlook, zero where it is there already.
    eci, diversity, outlook
        Dims (economy): standard deviations about the mean, count, standard deviations about the mean.
    pci, ubiquity
        Dims (product): on the scale of `eci`, count.
    gap
        Second eigenvalue minus the third: near zero, order and sign of the indices mean nothing.
    sign_agreement
        Correlation of `eci` with diversity, positive by construction: near zero, the sign is arbitrary.
    """

    rca: Floats
    presence: Floats
    density: Floats
    eci: Floats
    pci: Floats
    diversity: Floats
    ubiquity: Floats
    outlook: Floats
    gain: Floats
    gap: float
    sign_agreement: float

    @cached_property
    def proximity(self) -> Floats:
        """`calc_proximity`, dims (product, product), worked out when first asked for: nothing else here needs it."""
        return calc_proximity(self.presence)


def calc_rca(exports: Floats) -> Floats:
    """Revealed comparative advantage: (x[c, p] / x[c, .]) / (x[., p] / x[., .]); a pure number.

    Raises `ValueError` for negative exports and for rows or columns of nothing (their shares are not defined).
    """
    if not np.isfinite(exports).all() or (exports < 0).any():
        raise ValueError("exports are negative or not finite")
    of_economy, of_product = exports.sum(axis=1, keepdims=True), exports.sum(axis=0, keepdims=True)
    if not (of_economy.all() and of_product.all()):
        raise ValueError("an economy exports nothing, or a product has no exporters")
    rca: Floats = (exports / of_economy) / (of_product / exports.sum())
    return rca


def calc_proximity(presence: Floats) -> Floats:
    """Least conditional probability that who makes one product makes the other: (M' M) / max(u[p], u[q])."""
    ubiquity = presence.sum(axis=0)
    proximity: Floats = (presence.T @ presence) / np.maximum(ubiquity[:, None], ubiquity)
    return proximity


def calc_nearness(weight: Floats, presence: Floats) -> Floats:
    """nearness[r, p] = sum_q weight[r, q] proximity[q, p], without the square matrix of products.

    Products of one ubiquity u share one small matrix over economies, from which all of theirs follow:

        C_u[r, d] = sum_q weight[r, q] M[d, q] / max(u[q], u),    nearness[r, p] = sum_d C_u[r, d] M[d, p]

    From one u to the next lower, u', only the products up to u' change their denominator:

        C_u' = C_u + (1 / u' - 1 / u) A_u',    A_u'[r, d] = sum over q with u[q] <= u' of weight[r, q] M[d, q]

    Ubiquities are no more than economies, so that the work grows with products and not with their square.

    Parameters
    ----------
    weight
        Dims (row, product), rows of any number.
    presence
        Dims (economy, product), every product somewhere.
    """
    ubiquity = presence.sum(axis=0)
    order = np.argsort(-ubiquity, kind="stable")
    values, firsts = np.unique(-ubiquity[order], return_index=True)
    lasts = [*firsts[1:], len(order)]
    part = -1.0 / values  # 1 / u, of the greatest u first
    up_to = weight @ presence.T  # A
    shared, step = part[0] * up_to, np.empty_like(up_to)  # C, and room for what either changes by
    nearness = np.empty_like(weight)
    for place, (first, last) in enumerate(zip(firsts, lasts, strict=True)):
        if place:
            np.multiply(up_to, part[place] - part[place - 1], out=step)
            shared += step
        products = order[first:last]
        made = presence.take(products, axis=1)
        nearness[:, products] = shared @ made
        np.matmul(weight.take(products, axis=1), made.T, out=step)
        up_to -= step
    return nearness


def calc_density(presence: Floats) -> Floats:
    """Share of a product's proximities that fall on what the economy makes already, dims (economy, product)."""
    density: Floats = calc_nearness(presence, presence) / calc_nearness(
        np.ones((1, presence.shape[1])), presence
    )
    return density


def calc_complexity(exports: Floats) -> Complexity:
    """All measures of a matrix of exports (economy, product) of any one unit.

    Eigenvectors are those of the small symmetric matrix D^-1/2 M U^-1 M' D^-1/2 over economies, which has the same
    eigenvalues as the large one over products; the three greatest are worked out. The sign makes the index grow with
    diversity.

    Raises `ValueError` where fewer than three economies or products are there, where an economy or a product has no
    advantage at all (RCA < 1 throughout), or where `calc_rca` does.
    """
    if min(exports.shape) < 3:
        raise ValueError("fewer than three economies or products")
    rca = calc_rca(exports)
    presence = np.where(rca >= 1.0, 1.0, 0.0)
    diversity, ubiquity = presence.sum(axis=1), presence.sum(axis=0)
    if not (diversity.all() and ubiquity.all()):
        raise ValueError("an economy has no revealed advantage, or a product none that has")
    root = np.sqrt(diversity)
    eigenvalues, vectors = eigh(
        (presence / ubiquity) @ presence.T / np.outer(root, root),
        subset_by_index=(len(root) - 3, len(root) - 1), check_finite=False, overwrite_a=True,
    )  # fmt: skip
    if eigenvalues[1] <= LEAST_GAP:
        raise ValueError("all economies make the same products: there is no second eigenvector")
    by_economy = vectors[:, 1] / root
    if np.ptp(by_economy) == 0.0 or np.ptp(diversity) == 0.0:
        agreement = 0.0
    else:
        agreement = float(np.corrcoef(diversity, by_economy)[0, 1])
    by_economy = by_economy * (np.sign(agreement) or 1.0)
    by_product = (by_economy @ presence) / ubiquity / eigenvalues[1]
    mean, spread = by_economy.mean(), by_economy.std()
    near = calc_nearness(np.ones((1, len(ubiquity))), presence)[0]
    density, absent = calc_nearness(presence, presence) / near, 1.0 - presence
    gain = absent * calc_nearness(absent * (by_product / near), presence) / spread
    outlook = (density * absent) @ by_product
    outlook = outlook - outlook.mean()
    return Complexity(
        rca=rca, presence=presence, density=density,
        eci=(by_economy - mean) / spread, pci=(by_product - mean) / spread,
        diversity=diversity, ubiquity=ubiquity,
        outlook=outlook / (outlook.std() or 1.0), gain=gain,
        gap=float(eigenvalues[1] - eigenvalues[0]), sign_agreement=abs(agreement),
    )  # fmt: skip


def trim(exports: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns that stay once those without any revealed advantage are gone, again and again."""
    rows, columns = np.arange(exports.shape[0]), np.arange(exports.shape[1])
    while rows.size and columns.size:
        part = exports[np.ix_(rows, columns)]
        kept = part.sum(axis=1) > 0, part.sum(axis=0) > 0
        if kept[0].all() and kept[1].all():
            presence = calc_rca(part) >= 1.0
            kept = presence.any(axis=1), presence.any(axis=0)
            if kept[0].all() and kept[1].all():
                break
        rows, columns = rows[kept[0]], columns[kept[1]]
    return rows, columns


def calc_opportunities(complexity: Complexity, quantile: float) -> NDArray[np.bool_]:
    """Products that an economy lacks and that are among its nearest and its most rewarding, dims (economy, product).

    Of the products with RCA < 1: those whose density and whose opportunity gain are both at or above the economy's
    own quantile over these products, and whose gain is above zero.
    """
    found = np.zeros(complexity.rca.shape, dtype=bool)
    for row, absent in enumerate(complexity.presence == 0.0):
        if absent.any():
            near, worth = complexity.density[row], complexity.gain[row]
            found[row] = (
                absent
                & (near >= np.quantile(near[absent], quantile))
                & (worth >= max(np.quantile(worth[absent], quantile), np.nextafter(0.0, 1.0)))
            )
    return found


def calc_access(imports: Floats, cost: Floats, elasticity: float) -> Floats:
    """Demand within reach: access[c, p] = sum over d other than c of imports[d, p] cost[c, d] ^ -elasticity.

    Parameters
    ----------
    imports
        Dims (destination, product), of any one unit.
    cost
        Dims (origin, destination): iceberg cost, 1 and above; not finite where there is no way, which counts nothing.
    elasticity
        Trade elasticity, positive.
    """
    weight = np.where(np.isfinite(cost), cost, np.inf) ** -elasticity
    np.fill_diagonal(weight, 0.0)
    access: Floats = weight @ imports
    return access
