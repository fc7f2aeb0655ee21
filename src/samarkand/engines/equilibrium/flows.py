"""From tables of flows to accounts: labelled or plain, checked, and balanced where one asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from samarkand.engines.equilibrium.accounts import BALANCE_TOLERANCE, EquilibriumAccounts
from samarkand.engines.equilibrium.equations import Array
from samarkand.engines.equilibrium.errors import EquilibriumError
from samarkand.engines.equilibrium.labelled import Labels, plain

Tables = tuple[Array, Array, Array, Array, Array | None]


def accounts_from_flows(
    trade_flow: ArrayLike,
    input_use: ArrayLike,
    value_added: ArrayLike,
    trade_elasticity: ArrayLike,
    *,
    tariff_rate: ArrayLike | None = None,
    economies: tuple[str, ...] = (),
    sectors: tuple[str, ...] = (),
) -> EquilibriumAccounts:
    """Accounts of a balanced table of flows.

    - `trade_flow[n, i, j]`: what `n` buys of sector `j` of economy `i`, intermediate and final, before tariffs: buyer
      first, as in tariffs, shocks and solutions (tables of flows often come with the seller first);
    - `input_use[n, k, j]`: input `k`, whatever its origin, used by sector `j` of `n`, at purchasers' prices
      (tariffs included);
    - `value_added[n, j]`: value added and net taxes on production of sector `j` of `n`;
    - `trade_elasticity[j]`; `tariff_rate[n, i, j]`: fractions on the border price, by importer `n`.

    Any of them may be labelled (`labelled`): with dimensions (destination, origin, sector), (destination, sector,
    use_sector), (economy, sector), (sector) and (destination, origin, sector), in whatever order; labels are aligned
    and become the names.

    All in one unit of money. The table must balance: sales = value added + inputs by economy and sector, and
    inputs no larger than purchases; otherwise `EquilibriumError` names the worst cell. `balance_accounts` makes a table
    balance that nearly does. Final spending is what purchases leave over inputs, and `deficit` the part of it that
    income does not cover, exactly.
    """
    tables, names = _plain_tables(
        trade_flow, input_use, value_added, trade_elasticity, tariff_rate, Labels(economies, sectors)
    )
    flow, use, earned, theta, tariff = tables
    place = partial(_in_words, "value_added", labels=names)
    for name, table in (("trade_flow", flow), ("input_use", use), ("value_added", earned)):
        _refuse_negative(name, table, names)
    bought = np.ascontiguousarray(flow.transpose(1, 0, 2))
    if tariff is not None:
        bought = bought * (1.0 + tariff)
    sales = flow.sum(axis=1)
    costs = earned + use.sum(axis=1)
    gap = np.abs(sales - costs)
    scale = max(float(sales.max()), 1e-300)
    allowed = BALANCE_TOLERANCE * np.maximum(sales, 1e-6 * scale)
    if (gap > allowed).any():
        where = np.unravel_index((gap / allowed).argmax(), gap.shape)
        turned = np.abs(flow.sum(axis=0) - costs)
        hint = (
            "With its first two axes exchanged the table balances: trade_flow is [destination, origin, sector]"
            if (turned <= BALANCE_TOLERANCE * np.maximum(flow.sum(axis=0), 1e-6 * scale)).all()
            else "Correct the table, or let balance_accounts make it balance"
        )
        raise EquilibriumError(
            f"{place(where)}: sales {sales[where]:.12g} differ from costs {costs[where]:.12g}. {hint}"
        )
    spent = bought.sum(axis=1)
    final = spent - use.sum(axis=2)
    if (final < -BALANCE_TOLERANCE * np.maximum(spent, 1e-6 * scale)).any():
        where = np.unravel_index(final.argmin(), final.shape)
        raise EquilibriumError(
            f"{place(where)}: inputs exceed purchases by {-final[where]:.12g}, so that final demand is negative. "
            "Correct the table (changes of stocks?), or let balance_accounts make it balance"
        )
    final = np.maximum(final, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(spent[:, None, :] > 0, bought / spent[:, None, :], 0.0)
        va_share = np.where(costs > 0, earned / costs, 0.0)
        input_share = np.where(costs[:, None, :] > 0, use / costs[:, None, :], 0.0)
    total = final.sum(axis=1)
    income = earned.sum(axis=1)
    revenue = np.zeros_like(income)
    if tariff is not None:
        revenue = (bought * (tariff / (1.0 + tariff))).sum(axis=(1, 2))
    deficit = total - income - revenue
    # What is left of the world sum is rounding of the table; one economy in proportion to its spending.
    deficit = deficit - deficit.sum() * total / total.sum()
    return EquilibriumAccounts(
        trade_share=share,
        consumption_share=final / np.where(total > 0, total, 1.0)[:, None],
        value_added_share=va_share,
        input_share=input_share,
        tariff_rate=tariff,
        trade_elasticity=theta,
        value_added=income,
        deficit=deficit,
        expenditure=spent,
        economies=names.get("economies"),
        sectors=names.get("sectors"),
    )


def _plain_tables(
    trade_flow: ArrayLike,
    input_use: ArrayLike,
    value_added: ArrayLike,
    trade_elasticity: ArrayLike,
    tariff_rate: ArrayLike | None,
    labels: Labels,
) -> tuple[Tables, Labels]:
    """The tables as plain arrays that fit together, and the labels; flows `[i, n, j]`, so that sales are added up along
    rows. Raises `EquilibriumError` where they do not fit."""
    flow = plain("trade_flow", trade_flow, ("destination", "origin", "sector"), labels)
    use = plain("input_use", input_use, ("destination", "sector", "use_sector"), labels)
    earned = plain("value_added", value_added, ("economy", "sector"), labels)
    theta = plain("trade_elasticity", trade_elasticity, ("sector",), labels)
    tariff = (
        None
        if tariff_rate is None
        else plain("tariff_rate", tariff_rate, ("destination", "origin", "sector"), labels)
    )
    if flow.ndim != 3 or flow.shape[0] != flow.shape[1]:
        raise EquilibriumError(f"trade_flow must be [destination, origin, sector], not {flow.shape}")
    flow = np.ascontiguousarray(flow.transpose(1, 0, 2))
    N, _, J = flow.shape
    for name, table, shape in (
        ("input_use", use, (N, J, J)), ("value_added", earned, (N, J)), ("trade_elasticity", theta, (J,)),
        ("tariff_rate", tariff, (N, N, J)),
    ):  # fmt: skip
        if table is not None and table.shape != shape:
            raise EquilibriumError(f"{name} must have the shape {shape}, not {table.shape}")
    return (flow, use, earned, theta, tariff), labels


def _refuse_negative(name: str, table: Array, labels: Labels) -> None:
    """Raise for the worst cell that is negative or not a number, with its place in words."""
    if np.isfinite(table).all() and table.min(initial=0.0) >= 0:
        return
    where = np.unravel_index(np.nan_to_num(table, nan=-np.inf, posinf=-np.inf).argmin(), table.shape)
    value, place = float(table[where]), _in_words(name, where, labels)
    said = f"is {value:g}" if np.isfinite(value) else "is not a finite number"
    raise EquilibriumError(
        f"{name} of {place} {said}: figures must be zero or more. Correct it, or let balance_accounts set negative "
        "figures to zero and say what that changed",
        economy=place.split(", ")[0],
    )


@dataclass(frozen=True)
class Balanced:
    """A table that balances, and what was changed to make it so.

    `trade_flow`, `input_use` and `value_added` as `accounts_from_flows` takes them; `changed`: by table, the sum of
    absolute changes over the sum of the table, a fraction; `notes`: the largest change of each, in words.
    """

    trade_flow: Array
    input_use: Array
    value_added: Array
    changed: dict[str, float]
    notes: tuple[str, ...]


def balance_accounts(
    trade_flow: ArrayLike,
    input_use: ArrayLike,
    value_added: ArrayLike,
    *,
    tariff_rate: ArrayLike | None = None,
    economies: Sequence[str] = (),
    sectors: Sequence[str] = (),
) -> Balanced:
    """A table that balances, by the fewest rules: what it changed is said.

    1. Negative figures become zero.
    2. Inputs that exceed what is bought are scaled down to it:
       `use[n, k, :] min(1, bought[n, k] / sum_j use[n, k, j])`.
    3. Inputs that leave no value added are scaled down to the share of costs that they had:
       `use[n, :, j] sales[n, j] / costs[n, j]` where `sum_k use[n, k, j] >= sales[n, j]`.
    4. Value added takes up the difference: `value_added[n, j] = sales[n, j] - sum_k use[n, k, j]`.

    Sales are kept as they are: of a table that balances nothing changes. Arguments as `accounts_from_flows`. Raises
    `EquilibriumError` for figures that are no numbers.
    """
    tables, names = _plain_tables(
        trade_flow,
        input_use,
        value_added,
        np.ones(np.shape(trade_flow)[-1]),
        tariff_rate,
        Labels(economies, sectors),
    )
    given = dict(zip(("trade_flow", "input_use", "value_added"), tables[:3], strict=True))
    for name, table in given.items():
        if not np.isfinite(table).all():
            _refuse_negative(name, table, names)
    flow, use, earned = (np.maximum(table, 0.0) for table in given.values())
    tariff = tables[4]
    bought = (flow if tariff is None else flow * (1.0 + tariff.transpose(1, 0, 2))).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        use = use * np.fmin(1.0, np.nan_to_num(bought / use.sum(axis=2), nan=1.0, posinf=1.0))[:, :, None]
        sales, inputs = flow.sum(axis=1), use.sum(axis=1)
        share = np.nan_to_num(sales / (inputs + earned), nan=0.0, posinf=0.0)
        kept = np.where(inputs >= sales, np.fmin(share, np.nan_to_num(sales / inputs, nan=0.0)), 1.0)
    use = use * kept[:, None, :]
    made = {"trade_flow": flow, "input_use": use, "value_added": sales - use.sum(axis=1)}
    changed, notes = {}, []
    for name, table in made.items():
        gap, size = np.abs(table - given[name]), float(np.abs(given[name]).sum())
        changed[name] = float(gap.sum()) / size if size else 0.0
        if gap.max(initial=0.0) > BALANCE_TOLERANCE * max(size, 1e-300):
            where = np.unravel_index(gap.argmax(), gap.shape)
            place = _in_words(name, where, names)
            notes.append(f"{name} of {place}: {given[name][where]:.6g} became {table[where]:.6g}")
    bought_from = np.ascontiguousarray(made["trade_flow"].transpose(1, 0, 2))
    return Balanced(bought_from, made["input_use"], made["value_added"], changed, tuple(notes))


def _in_words(name: str, where: tuple[np.intp, ...], labels: Labels) -> str:
    kinds = {"trade_flow": "ees", "input_use": "ess", "value_added": "es"}[name]
    known = {"e": ("economies", "economy"), "s": ("sectors", "sector")}
    words = []
    for kind, at in zip(kinds, where, strict=True):
        names, one = labels.get(known[kind][0]), known[kind][1]
        words.append(names[int(at)] if names else f"{one} {int(at)}")
    return ", ".join(words)


def armington_accounts(
    trade_flow: ArrayLike, trade_elasticity: float, economies: tuple[str, ...] = ()
) -> EquilibriumAccounts:
    """Accounts of one sector without inputs from `trade_flow[n, i]`, what `n` buys of `i` (own sales included).

    Buyer first, as everywhere in the engine. Nothing in such a table shows that its axes are exchanged: a labelled one
    (dimensions `destination` and `origin`) cannot be mistaken.
    """
    labels = Labels(economies)
    flow = plain("trade_flow", trade_flow, ("destination", "origin"), labels)
    if flow.ndim != 2 or flow.shape[0] != flow.shape[1]:
        raise EquilibriumError(f"trade_flow must be [N, N], not {flow.shape}")
    size = flow.shape[0]
    return accounts_from_flows(
        flow[:, :, None],
        np.zeros((size, 1, 1)),
        np.ascontiguousarray(flow.T).sum(axis=1)[:, None],
        [trade_elasticity],
        economies=labels.get("economies"),
    )
