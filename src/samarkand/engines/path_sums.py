"""Sums along least-cost paths: kilometres of a kind on the way between two places, or what it passes.

Arrays in, arrays out; the paths are those of `assignment.find_paths`, and the graph may be another than that in which
they were searched, with the same arcs at other costs. The load of an arc times its value, added up over arcs, is the
flow of a pair times its sum, added up over pairs.
"""

from __future__ import annotations

from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from samarkand.engines.assignment import Paths, blocks_of, reverse_arcs
from samarkand.engines.compiled import load_compiled
from samarkand.engines.routing import Graph
from samarkand.engines.threads import run_all

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def sum_paths(graph: Graph, paths: Paths, values: Floats) -> Floats:
    """Sums [kind, source, target] of values [kind, arc], arcs in the order of `graph.indices`; zero without a path."""
    if values.ndim != 2 or values.shape[1] != graph.indices.size:
        raise ValueError(f"values have shape {values.shape}, and the graph has {graph.indices.size} arcs")
    turned, sum_trees = np.ascontiguousarray(values[:, reverse_arcs(graph)]), _kernels().sum_trees

    def add_up(number: int) -> Floats:
        block, trees = blocks_of(paths.sources)[number], paths.trees[number]
        part = np.empty((len(values), block.stop - block.start, paths.targets.size))
        sum_trees(trees.ptr, trees.before, trees.back, trees.place, turned, part)
        return part

    return np.concatenate(run_all(add_up, range(len(paths.trees))), axis=1)


def mark_paths(graph: Graph, paths: Paths, marks: Ints) -> Ints:
    """All bits of `marks` (one number an arc) that any arc of a path has [source, target]; none without a path."""
    turned, mark_trees = marks[reverse_arcs(graph)], _kernels().mark_trees

    def gather(number: int) -> Ints:
        block, trees = blocks_of(paths.sources)[number], paths.trees[number]
        part = np.empty((block.stop - block.start, paths.targets.size), np.int64)
        mark_trees(trees.ptr, trees.before, trees.back, trees.place, turned, part)
        return part

    return np.concatenate(run_all(gather, range(len(paths.trees))))


def _kernels() -> ModuleType:
    return load_compiled("samarkand.engines.path_sums_kernels")
