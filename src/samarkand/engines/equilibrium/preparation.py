"""Accounts and shocks laid out for the compiled kernels."""

from __future__ import annotations

import os
import tempfile
import threading
from dataclasses import dataclass
from functools import reduce
from hashlib import blake2b
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from samarkand.engines.compiled import load_compiled
from samarkand.engines.equilibrium.accounts import EquilibriumAccounts
from samarkand.engines.equilibrium.equations import Array
from samarkand.engines.equilibrium.shock import Shock
from samarkand.engines.once import derived

KERNELS = "samarkand.engines.equilibrium.kernels"
NOTHING_BY_PAIR = np.empty((0, 0))
NOTHING_BY_SECTOR = np.empty((0, 0, 0))


def load_kernels(part: str = "") -> ModuleType:
    """The compiled kernels (or one module of theirs), with a place for their cache that can be written to.

    numba notices changes of a function's own file, not of the files that it calls into; so the cache's folder is
    named after the sources of all kernels together. It is beside them or, where that is read-only, in the user's
    cache folder, or else in the temporary directory. `NUMBA_CACHE_DIR` overrides.
    """
    return load_compiled(f"{KERNELS}.{part}" if part else KERNELS, _cache_folder)


def _cache_folder() -> Path:
    sources = Path(__file__).parent / "kernels"
    digest = blake2b(digest_size=6)
    for file in sorted(sources.glob("*.py")):
        digest.update(file.read_bytes())
    user = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
    home = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))
    for parent in (sources / "__pycache__", home / "samarkand"):
        folder = parent / f"numba-{digest.hexdigest()}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return Path(tempfile.gettempdir()) / f"samarkand-numba-{user}" / digest.hexdigest()


@dataclass(frozen=True, eq=False)
class Prepared:
    """Accounts laid out for the kernels; made once per accounts."""

    share: Array  # [j, n, i], rows padded
    net_share: Array  # the same over the baseline's wedge; `share` itself where there is none
    input_share: Array  # [n, k, j], rows padded
    start: Array  # the baseline as a state
    active: NDArray[np.bool_]
    newton: tuple[Any, ...]  # the domestic blocks, see `kernels.iteration.precondition`
    level: NDArray[np.float32]
    ones: Array
    zeros: Array
    no_productivity: Array


class _Workspace(threading.local):
    """One thread's buffers for the trade-cost kernels: fresh memory of this size costs as much as filling it."""

    def __init__(self) -> None:
        self.buffers: dict[str, Array] = {}

    def buffer(self, name: str, like: Array) -> Array:
        known = self.buffers.get(name)
        if known is None or known.shape != like.shape:
            known = self.buffers[name] = np.empty_like(like)
        return known


_workspace = _Workspace()


def prepare(accounts: EquilibriumAccounts) -> Prepared:
    """The accounts laid out for the kernels, made once and kept with the accounts."""
    return derived(accounts, "prepared", lambda: _lay_out(accounts))


def _lay_out(accounts: EquilibriumAccounts) -> Prepared:
    N, J = accounts.economy_count, accounts.sector_count
    spent = accounts.baseline_expenditure
    active = spent > 0
    start = np.zeros(N + 2 * N * J)
    start[N + N * J :] = np.log(np.where(active, spent, 1.0)).ravel()
    net = accounts.trade_share if accounts.wedge is None else accounts.trade_share / accounts.wedge
    share = pad(accounts.trade_share.transpose(2, 0, 1), 8)
    return Prepared(
        share=share,
        net_share=share if accounts.wedge is None else pad(net.transpose(2, 0, 1), 8),
        input_share=pad(accounts.input_share, 8),
        start=start,
        active=active,
        newton=calc_newton_blocks(accounts, accounts.trade_share, net, spent, accounts.value_added),
        level=np.where(active, spent, 1.0).astype(np.float32),
        ones=np.ones(N),
        zeros=np.zeros(N),
        no_productivity=np.zeros((N, J)),
    )


def constant(values: Any) -> Any:
    """A read-only view.

    Whether an array can be written to is part of its type to the compiler: one kind only means one machine code,
    whoever made the array (one that came from another process has lost the mark), and so the same last bit.
    """
    view = values.view()
    view.flags.writeable = False
    return view


def pad(values: Array, width: int) -> Array:
    """A contiguous copy with zeros after each row, up to a multiple of `width` (whole vector registers)."""
    length = values.shape[-1]
    padded = np.zeros((*values.shape[:-1], -(-length // width) * width))
    padded[..., :length] = values
    return padded


def calc_newton_blocks(
    accounts: EquilibriumAccounts, share: Array, before: Array, spent: Array, labour: Array
) -> tuple[Any, ...]:
    """(block, own, response, wage_cost, labour_demand, pivot, labour) of `kernels.iteration.precondition`.

    At the given trade shares `share` and `before` (over wedges) [n, i, j], spending [n, j] and labour income [n].
    """
    sold = before * spent[:, None, :]
    own = np.einsum("nnj->nj", share)
    return newton_blocks_of(accounts, own, sold.sum(axis=0), (sold * share).sum(axis=0), labour)


def newton_blocks_of(
    accounts: EquilibriumAccounts, own: Array, sold: Array, sold_share: Array, labour: Array
) -> tuple[Any, ...]:
    """As `calc_newton_blocks`, from own shares, sales and sales times the buyers' shares, all [n, j]."""
    theta = accounts.trade_elasticity
    # Own shares of zero would lose the equations that they divide; a preconditioner may be a little wrong.
    own = np.maximum(own, 1e-3)
    response = theta * (sold_share - sold) / own
    domestic = np.eye(accounts.sector_count) - accounts.input_share * own[:, None, :]
    block = np.asarray(np.linalg.inv(domestic), dtype=np.float64)
    labour_demand = np.einsum("nkj,nk->nj", block, own * accounts.value_added_share)
    wage_cost = labour_demand / own
    earned = accounts.consumption_share * labour[:, None]
    pivot = labour - (labour_demand * (response * wage_cost + earned)).sum(axis=1)
    # Without foreign trade an economy's wage level is nobody's business, and the pivot is zero.
    pivot = np.maximum(pivot, 1e-4 * labour)
    single = [
        np.ascontiguousarray(a, dtype=np.float32)
        for a in (pad(block, 16), own, response, wage_cost, labour_demand, pivot)
    ]
    return (*single, labour)


def build_kernels(
    kernels: ModuleType, accounts: EquilibriumAccounts, prepared: Prepared, shock: Shock
) -> tuple[Array, Array, bool]:
    """(kernel, kernel before tariffs and rents, whether the two differ); layout [j, n, i].

    Buffers of the calling thread, or the accounts' own arrays where no cost changes: read them, do not keep them.
    """
    old, new = accounts.wedge, shock.new_wedge(accounts)
    by_pair = [hat for hat in shock.burnt if hat.ndim == 2]
    whole = accounts.trade_share.shape
    by_sector = [
        hat if hat.shape == whole else np.ascontiguousarray(np.broadcast_to(hat, whole))
        for hat in shock.burnt
        if hat.ndim == 3
    ]
    pair = by_pair[0] if len(by_pair) == 1 else by_pair[0] * by_pair[1] if by_pair else None
    sector = reduce(np.multiply, by_sector) if by_sector else None
    theta = constant(accounts.trade_elasticity)
    kernel, before = prepared.share, prepared.net_share
    if old is not new:
        kernel = _workspace.buffer("kernel", prepared.share)
        before = kernel if new is None else _workspace.buffer("before", prepared.share)
        kernels.build_with_tariffs(
            prepared.share,
            constant(NOTHING_BY_PAIR if pair is None else pair),
            constant(NOTHING_BY_SECTOR if sector is None else sector),
            constant(NOTHING_BY_SECTOR if old is None else old),
            constant(NOTHING_BY_SECTOR if new is None else new),
            theta, kernel, before,
        )  # fmt: skip
    elif pair is not None or sector is not None:
        kernel = _workspace.buffer("kernel", prepared.share)
        before = kernel if new is None else _workspace.buffer("before", prepared.share)
        if sector is None:
            build, hat = kernels.build_by_pair, pair
        else:
            build, hat = kernels.build_by_sector, sector if pair is None else sector * pair[:, :, None]
        build(prepared.share, prepared.net_share, new is not None, constant(hat), theta, kernel, before)
    return kernel, before, new is not None
