"""The shape that every priority has: declared indicators, declared inputs, one pure function."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import xarray as xr
from pydantic import BaseModel, ConfigDict

from samarkand.core.declarations import Words
from samarkand.core.evidence import Grade
from samarkand.engines.equilibrium import Solution
from samarkand.engines.threads import Beside
from samarkand.programme import Change, Programme
from samarkand.world.assumptions import Assumptions
from samarkand.world.freight.model import FreightModel, RouteUpdate
from samarkand.world.freight.state import FreightState, TradeCosts
from samarkand.world.world import World


class Priority(BaseModel):
    """A row of `priorities.csv`.

    `depends_on_payment`: its results read the solution in which the programme is paid for (`Inputs.with_`); those of
    a priority that do not are the same before and after.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    assessed: bool
    depends_on_payment: bool = True
    reason: str = ""


class Indicator(BaseModel):
    """A row of an `indicators.csv`: what is reported, from what, by which method.

    `change` says how without and with are compared: `relative` (with / without - 1), `difference` (with -
    without) or `direct` (the method gives the change itself, there are no levels). `headline` indicators
    stand in `appraisal.json`; all stand in the Parquet table. `inputs` are names that `explain` follows.
    `range_of` names the indicator that is the same quantity in another unit and whose range this one takes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    dims: Words
    unit: str
    change: Literal["relative", "difference", "direct"]
    better: Literal["higher", "lower", "neither"]
    headline: bool
    grade: Grade
    inputs: Words
    needs: str = ""
    range_of: str = ""
    method: str
    description: str
    source: str


@dataclass(frozen=True)
class Inputs:
    """All that a priority may read, for one state of the programme; `year` is one in which it is in force.

    `freight` holds the network without the programme and what the programme makes of it; `left_out` the generalised
    cost with each item of the network left out (dims project, vot_class, origin, destination), None but for the last
    state: it is worked out beside the rest, and waited for where it is read.
    `surface_trade` is physical trade of the baseline by value-of-time class (dims origin, destination, vot_class).
    `costs` are hours and generalised costs between economies in both states (dims state, variant, vot_class, origin,
    destination); `trade_costs` the changes of iceberg costs against the accounts; `iceberg_cost_hat` the change that
    the programme means by sector, freight alone; `without`, `with_` the two solutions, and `before_financing` the one
    with the programme before anybody pays for it.
    """

    world: World
    programme: Programme
    assumptions: Assumptions
    year: int
    change: Change
    freight: FreightState
    left_out: Beside[xr.DataArray] | None
    surface_trade: xr.DataArray
    costs: xr.Dataset
    trade_costs: TradeCosts
    iceberg_cost_hat: xr.DataArray
    ad_valorem_cost: xr.DataArray
    without: Solution
    with_: Solution
    before_financing: Solution

    @property
    def freight_model(self) -> FreightModel:
        """The network of the state without the programme."""
        return self.freight.model

    @property
    def routes(self) -> RouteUpdate:
        """Routes of `freight_model` with the programme."""
        return self.freight.routes


@dataclass(frozen=True)
class Levels:
    """An indicator's values without and with the programme, or (for `direct`) the change alone.

    `ramped`: it comes in step by step after openings; else a year has the value of the state in force.
    `conversion`: how many units of this indicator are one unit of that which its `range_of` names, in every state;
    dims of the indicator.
    """

    without: xr.DataArray | None = None
    with_: xr.DataArray | None = None
    change: xr.DataArray | None = None
    reason: str = ""
    ramped: bool = True
    conversion: xr.DataArray | None = None
