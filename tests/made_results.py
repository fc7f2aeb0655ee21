"""Results by year of invented states, for sums by hand."""

from __future__ import annotations

from types import SimpleNamespace

from samarkand.priorities import Assessed, HoldOutRanges, Results, TimeRule


def make_results(weights, states, projection=None, ranges=None, payments=None, whole=None) -> Results:
    """Results over years of states.

    `weights`: by year, the weight of each state; the last of them is in force. `states`: (before anybody pays, as it is
    paid for), or with several payments (before, {payment: as it is paid for}); `payments`: the payment by year.
    """
    schedule = SimpleNamespace(
        years=tuple(weights),
        weights=weights,
        in_force={year: max(mine) for year, mine in weights.items()},
        payments=payments or dict.fromkeys(weights, ()),
    )
    assessed = [
        Assessed(before, paid if payments else dict.fromkeys(schedule.payments.values(), paid))
        for before, paid in states
    ]
    return Results(TimeRule(schedule, assessed, projection), whole or {}, ranges or HoldOutRanges())
