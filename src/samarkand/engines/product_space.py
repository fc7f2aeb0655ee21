"""The product space: which products go together, as a tree of strongest ties and places in the plane.

Arrays in, arrays out. With P the proximity of products and d = P 1:

    tree   = maximum spanning tree of P
    places = second and third eigenvector of D^-1/2 P D^-1/2, by rank

Ranks spread the products over the square; what is near in it is near in P, and distances mean nothing beyond that.

Sources: Hidalgo, Klinger, Barabasi & Hausmann (2007), Science 317 (the tree); Hall (1970), Management Science 17
(places by eigenvectors).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh
from scipy.sparse import csr_array
from scipy.sparse.csgraph import minimum_spanning_tree

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def calc_tree(proximity: Floats) -> Ints:
    """Pairs of products that the strongest ties join, dims (tie, 2): one fewer than products, fewer where parts are
    apart."""
    tied = np.triu(proximity, 1)
    # Of proximities from 0 to 1 the strongest is the shortest; where there is none there is no way.
    lengths = csr_array(np.where(tied > 0, 2.0 - tied, 0.0))
    tree = minimum_spanning_tree(lengths).tocoo()
    return np.column_stack((tree.row, tree.col)).astype(np.int64)


def calc_places(proximity: Floats) -> Floats:
    """Places in the unit square, dims (product, 2)."""
    size = len(proximity)
    if size < 4:
        return np.column_stack((np.linspace(0, 1, size), np.full(size, 0.5)))
    root = np.sqrt(proximity.sum(axis=1))
    _, vectors = eigh(proximity / np.outer(root, root), subset_by_index=(size - 3, size - 2))
    vectors = vectors[:, ::-1] / root[:, None]
    # The sign of an eigenvector is arbitrary: the element that is farthest out is put above.
    vectors *= np.sign(vectors[np.abs(vectors).argmax(axis=0), [0, 1]])
    ranks = vectors.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")
    places: Floats = ranks / (size - 1.0)
    return places
