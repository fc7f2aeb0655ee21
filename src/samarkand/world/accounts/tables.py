"""Input-output accounts of the embedded world: nearly all economies and a small rest of the world (ROW), US$
million of 2022.

The accounts are a closed system at basic prices: what an economy's sector sells to industries and to end
users, anywhere, is its output; output is inputs and value added; deficits add up to zero over the world.
Intermediate flows among 80 economies and their gross output are observed (OECD ICIO, 2025 release); the rest is
estimated (docs/accounts.md says how), and `Accounts.grade` tells which is which.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import xarray as xr
from pydantic import BaseModel, ConfigDict

from samarkand.core.conventions import BASE_YEAR, REST_OF_WORLD
from samarkand.core.declarations import Words, read_table
from samarkand.core.hashing import data_hash
from samarkand.world.accounts.intermediate_use import FactoredIntermediateUse, IntermediateUse
from samarkand.world.accounts.sectors import Sector, load_sectors
from samarkand.world.economies.tables import load_economies
from samarkand.world.embedded import read_frame, read_stored

if TYPE_CHECKING:
    import pandas as pd

UNIT = "US$ million"
_PER_MILLION = 1000.0  # the files hold whole thousand US$
_PER_SHARE = 1e6  # and shares in millionths

GradeOfBlock = Literal["observed", "estimated"]


class AccountsVariable(BaseModel):
    """One declared array of the accounts, graded among observed economies and where an estimated one takes part."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    dims: Words
    unit: str
    grade: GradeOfBlock
    grade_estimated: GradeOfBlock
    description: str
    source: str

    @classmethod
    def read(cls) -> tuple[AccountsVariable, ...]:
        """The rows of ``accounts_variables.csv``."""
        return read_table("samarkand.world.accounts", "accounts_variables.csv", cls)


@dataclass(frozen=True, eq=False)
class Accounts:
    """The accounts of a world, and what an equilibrium model needs of them.

    Attributes:
        uses: sales of sectors to industries; `intermediate` is their whole table.
        final_demand: ``[origin, sector, destination]``, sales of a sector to end users.
        gross_output: ``[economy, sector]``.
        value_added: ``[economy, sector]``, with net taxes on inputs, which the source does not tell apart.
        members_of_row: ISO3 codes of the economies inside ROW; they have no figures here.
        estimated: ISO3 codes of the economies whose accounts are estimated; ROW always is.
        year: year of the flows and of their prices.

    All in US$ million of 2022 at basic prices, no cell negative.
    """

    uses: IntermediateUse
    final_demand: xr.DataArray
    gross_output: xr.DataArray
    value_added: xr.DataArray
    members_of_row: tuple[str, ...] = ()
    year: int = BASE_YEAR
    estimated: tuple[str, ...] = ()

    @cached_property
    def hash(self) -> str:
        """Content hash: of the arrays that hold the accounts, not of what is worked out from them."""
        final = None if self.final_demand is getattr(self.uses, "final_demand", None) else self.final_demand
        return data_hash(
            *self.uses.content, final, self.gross_output, self.value_added, self.members_of_row, self.year,
            self.estimated,
        )  # fmt: skip

    @cached_property
    def economies(self) -> tuple[str, ...]:
        """ISO3 codes, ROW last."""
        return tuple(str(code) for code in self.gross_output["economy"].values)

    @cached_property
    def sectors(self) -> tuple[str, ...]:
        """Sector codes."""
        return tuple(str(code) for code in self.gross_output["sector"].values)

    @property
    def intermediate(self) -> xr.DataArray:
        """Sales of a sector to an industry, ``[origin, sector, destination, use_sector]``: large."""
        return self.uses.array

    def is_goods(self, sector: str) -> bool:
        """Whether what the sector sells travels in vehicles (goods) or not (services)."""
        return {row.code: row.kind for row in load_sectors()}[sector] == "goods"

    @cached_property
    def trade_flow(self) -> xr.DataArray:
        """All sales by ``[origin, destination, sector]``, own sales included (see `calc_trade_flow`)."""
        return calc_trade_flow(self.uses.bought, self.final_demand)

    @cached_property
    def trade_share(self) -> xr.DataArray:
        """Where a destination buys, ``[destination, origin, sector]`` (see `calc_trade_share`)."""
        return calc_trade_share(self.trade_flow)

    @cached_property
    def input_share(self) -> xr.DataArray:
        """Inputs per unit of output, ``[economy, sector, use_sector]`` (see `calc_input_share`)."""
        return calc_input_share(self.uses.inputs, self.gross_output)

    @cached_property
    def value_added_share(self) -> xr.DataArray:
        """Value added per unit of output, ``[economy, sector]`` (see `calc_value_added_share`)."""
        return calc_value_added_share(self.value_added, self.gross_output)

    @cached_property
    def consumption_share(self) -> xr.DataArray:
        """Composition of final spending, ``[economy, sector]`` (see `calc_consumption_share`)."""
        return calc_consumption_share(self.final_demand)

    @cached_property
    def exports(self) -> xr.DataArray:
        """Sales to other economies, ``[economy]``."""
        return _calc_abroad(self.trade_flow, "origin")

    @cached_property
    def imports(self) -> xr.DataArray:
        """Purchases from other economies, ``[economy]``."""
        return _calc_abroad(self.trade_flow, "destination")

    @cached_property
    def deficit(self) -> xr.DataArray:
        """Imports less exports, ``[economy]``; adds up to zero (see `calc_deficit`)."""
        return calc_deficit(self.trade_flow)

    def grade(self, variable: str, *economies: str) -> GradeOfBlock:
        """Grade of a variable, and of its part that concerns the named economies.

        Raises:
            KeyError: no such variable or economy.
        """
        declared = {row.name: row for row in AccountsVariable.read()}
        unknown = [code for code in economies if code not in self.economies]
        if variable not in declared or unknown:
            raise KeyError(f"no such variable or economy: {unknown or variable}")
        row = declared[variable]
        return row.grade_estimated if {REST_OF_WORLD, *self.estimated} & set(economies) else row.grade

    def balances(self) -> pd.DataFrame:
        """Residuals of every balance (see `calc_balances`)."""
        return calc_balances(self)


def calc_trade_flow(bought: xr.DataArray, final_demand: xr.DataArray) -> xr.DataArray:
    """``trade_flow[i, n, s] = bought[i, s, n] + final_demand[i, s, n]``, bought by all industries and by end users.

    In the unit of its arguments, own sales on the diagonal. Raises `ValueError` when labels differ.
    """
    used, final = xr.align(bought, final_demand, join="exact")
    return (used + final).transpose("origin", "destination", "sector").rename("trade_flow")


def calc_trade_share(trade_flow: xr.DataArray) -> xr.DataArray:
    """``trade_share[n, i, s] = trade_flow[i, n, s] / sum_i trade_flow[i, n, s]``, fractions.

    Adds up to one over origins. A destination that spends nothing on a sector is given its own share of
    one, so that it stays out of trade in it.
    """
    flow = trade_flow.transpose("destination", "origin", "sector")
    spending = flow.sum("origin", skipna=False)
    share = flow / spending.where(spending > 0, 1.0)
    own = flow["destination"] == flow["origin"]
    stays_out = (spending == 0) & own
    return share.where(~stays_out, 1.0).transpose(*flow.dims).rename("trade_share")


def calc_input_share(inputs: xr.DataArray, gross_output: xr.DataArray) -> xr.DataArray:
    """``input_share[n, s, k] = inputs[s, n, k] / gross_output[n, k]``, fractions; inputs of all origins.

    With `calc_value_added_share` it adds up to one over ``s``. Zero where nothing is produced.
    """
    inputs = inputs.rename(destination="economy")
    output = gross_output.rename(sector="use_sector")
    inputs, output = xr.align(inputs, output, join="exact")
    share = inputs / output.where(output > 0, 1.0)
    return share.transpose("economy", "sector", "use_sector").rename("input_share")


def calc_value_added_share(value_added: xr.DataArray, gross_output: xr.DataArray) -> xr.DataArray:
    """``value_added_share[n, k] = value_added[n, k] / gross_output[n, k]``, one where output is zero."""
    added, output = xr.align(value_added, gross_output, join="exact")
    share = added / output.where(output > 0, 1.0)
    return share.where(output > 0, 1.0).rename("value_added_share")


def calc_consumption_share(final_demand: xr.DataArray) -> xr.DataArray:
    """``consumption_share[n, s] = sum_i final_demand[i, s, n] / sum_{i, s} final_demand[i, s, n]``,
    fractions.

    Raises:
        ValueError: an economy has no final spending.
    """
    spending = final_demand.sum("origin").rename(destination="economy").transpose("economy", "sector")
    total = spending.sum("sector")
    if bool((total <= 0).any()):
        raise ValueError("an economy has no final spending, so its composition is not defined")
    return (spending / total).rename("consumption_share")


def _calc_abroad(trade_flow: xr.DataArray, side: Literal["origin", "destination"]) -> xr.DataArray:
    """Trade with other economies by ``side``, summed over partners and sectors."""
    flow = trade_flow.sum("sector").transpose("origin", "destination")
    abroad = flow.where(flow["origin"] != flow["destination"], 0.0)
    other = "destination" if side == "origin" else "origin"
    return abroad.sum(other).rename({side: "economy"})


def calc_deficit(trade_flow: xr.DataArray) -> xr.DataArray:
    """``deficit[n] = imports[n] - exports[n]``, in the unit of ``trade_flow``; adds up to zero."""
    imports, exports = _calc_abroad(trade_flow, "destination"), _calc_abroad(trade_flow, "origin")
    return (imports - exports).rename("deficit")


def calc_balances(accounts: Accounts) -> pd.DataFrame:
    """Residual of each balance.

        supply:   gross_output - intermediate sales - final sales, by economy and sector
        cost:     gross_output - inputs - value_added, by economy and sector
        spending: final spending - value added - deficit, by economy
        world:    sum of deficits

    Returns:
        Columns ``balance, economy, sector, residual`` (US$ million) and ``relative`` (residual over the
        total it belongs to; the residual itself where that total is zero).
    """
    import pandas as pd

    output = accounts.gross_output
    sales = accounts.trade_flow.sum("destination").rename(origin="economy").transpose("economy", "sector")
    inputs = accounts.intermediate.sum(["origin", "sector"])
    inputs = inputs.rename(destination="economy", use_sector="sector").transpose("economy", "sector")
    spending = accounts.final_demand.sum(["origin", "sector"]).rename(destination="economy")
    income = accounts.value_added.sum("sector")
    parts: Iterable[tuple[str, xr.DataArray, xr.DataArray]] = (
        ("supply", output - sales, output),
        ("cost", output - inputs - accounts.value_added, output),
        ("spending", spending - income - accounts.deficit, spending),
    )
    frames = []
    for name, residual, total in parts:
        frame = residual.rename("residual").to_dataframe().reset_index()
        scale = np.where(total.values > 0, total.values, 1.0).ravel()
        frame.insert(0, "balance", name)
        frame["relative"] = frame["residual"].to_numpy() / scale
        frames.append(frame)
    world = float(accounts.deficit.sum())
    traded = float(accounts.exports.sum())
    closing = {"balance": ["world"], "economy": ["world"], "residual": [world], "relative": [world / traded]}
    frames.append(pd.DataFrame(closing))
    joined = pd.concat(frames, ignore_index=True)
    return joined[["balance", "economy", "sector", "residual", "relative"]]


def read_array(file: str) -> xr.DataArray:
    """One stored array, labelled as its file says: US$ million, or fractions where the file holds shares.

    Raises:
        FileNotFoundError: the file is not embedded.
    """
    stored = read_stored(file)
    labels = json.loads(stored.schema.metadata[b"samarkand"])
    dims, coords = labels["dims"], labels["coords"]
    is_share = labels["unit"] == "millionth"
    whole: npt.NDArray[np.int64] = stored.column("value").to_numpy()
    values = (whole / (_PER_SHARE if is_share else _PER_MILLION)).reshape([len(coords[dim]) for dim in dims])
    values.flags.writeable = False
    name = file.removeprefix("accounts_").removesuffix(".parquet")
    attributes = {"unit": "fraction" if is_share else UNIT, "year": BASE_YEAR}
    return xr.DataArray(values, dims=dims, coords={d: coords[d] for d in dims}, name=name, attrs=attributes)


def load_grades() -> pd.DataFrame:
    """By economy, in the order of the accounts: `grade`, `estimated_from` (facts), `imputed` (facts lacking)."""
    return read_frame("accounts_economies.parquet").set_index("economy")


def load_accounts() -> Accounts:
    """The accounts of the embedded world."""
    flow = read_array("accounts_flow.parquet")
    observed = read_array("accounts_intermediate.parquet")
    output = read_array("accounts_gross_output.parquet")
    economies = tuple(map(str, output["economy"].values))
    seen = set(map(str, observed["origin"].values))
    uses = FactoredIntermediateUse(
        observed.to_numpy(), flow, read_array("accounts_use_share.parquet").to_numpy()
    )
    added = output.to_numpy() - uses.inputs.sum("sector").to_numpy()
    added.flags.writeable = False
    return Accounts(
        uses=uses,
        final_demand=uses.final_demand,
        gross_output=output,
        value_added=output.copy(data=added).rename("value_added"),
        members_of_row=tuple(str(code) for code in load_economies().index if code not in economies),
        estimated=tuple(code for code in economies if code not in seen and code != REST_OF_WORLD),
    )


__all__ = ["Accounts", "AccountsVariable", "Sector", "load_accounts", "load_economies", "load_sectors"]
