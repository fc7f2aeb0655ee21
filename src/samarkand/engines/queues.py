"""Waiting in queues with more capacity than arrivals: one server with any variability, and several servers.

No queue has an end where as many arrive as can be served, or more: there is no mean wait then, and `ValueError` says
so.
"""

from __future__ import annotations


def calc_single_wait(service: float, use: float, variability: float) -> float:
    """Mean wait before one server: `s u v / (1 - u)`, in the unit of `service` (Kingman 1961).

    Parameters
    ----------
    service
        Time of one service, s.
    use
        Arrivals over what can be served, u.
    variability
        Mean of the squared coefficients of variation of arrivals and services, v: 0 by the timetable, 1/2 where
        arrivals are at random and services alike (M/D/1), 1 where both are at random (M/M/1).

    Raises
    ------
    ValueError
        For a use of one or more.
    """
    _check(use)
    return service * use * variability / (1.0 - use)


def calc_shared_wait(service: float, load: float, servers: int) -> float:
    """Mean wait before c like servers, arrivals and services at random: `s C(c, a) / (c - a)` (Erlang C, M/M/c).

    C(c, a) is the probability of a wait, `B / (1 - u (1 - B))`, with u = a / c and B the probability of loss, by
    `B(k) = a B(k - 1) / (k + a B(k - 1))`, B(0) = 1.

    Parameters
    ----------
    service
        Mean time of a service, s.
    load
        Arrivals in such a time, a.
    servers
        Their number, c.

    Raises
    ------
    ValueError
        For a load of as many servers or more.
    """
    use = load / servers
    _check(use)
    lost = 1.0
    for k in range(1, servers + 1):
        lost = load * lost / (k + load * lost)
    return service * lost / (1.0 - use * (1.0 - lost)) / (servers - load)


def _check(use: float) -> None:
    if not 0.0 <= use < 1.0:
        raise ValueError(f"a use of {use:g}: no queue has an end where as many arrive as can be served")
