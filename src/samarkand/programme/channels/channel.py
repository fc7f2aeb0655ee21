"""A channel is a module of this folder: one way in which items act, from their figures to what changes.

`model/effects.csv` names the modules. Each has a `CHANNEL` with one function `effects_of(item, world, parameters)`.
What an item does is the same in every year in which it is open; the years and the ramp-up are the schedule's.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

from samarkand.core.gaps import Gap
from samarkand.programme.model.kinds import ItemKind, effects
from samarkand.programme.model.models import Item

if TYPE_CHECKING:
    from samarkand.world.world import World


@runtime_checkable
class ItemChange(Hashable, Protocol):
    """Something that an item changes; frozen, and hashed as part of the key of a state."""

    @property
    def item(self) -> str:
        """Id of the item."""
        ...


class Effects(NamedTuple):
    """Changes by an item, and the parts of it that have no effect, with the reason."""

    changes: tuple[ItemChange, ...]
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True)
class Channel:
    """One way in which items act.

    `effects_of`: what an open item changes in a world, under parameters. `on_models`: whether routes or the
    equilibrium depend on it, so that a state in which it differs is solved anew. `on_network_alone`: whether it depends
    on nothing of the world but the network, so that a session works it out once for all worlds with this network.
    """

    effects_of: Callable[[Item, World, Mapping[str, float]], Effects]
    on_models: bool = True
    on_network_alone: bool = False


@cache
def channels() -> dict[str, Channel]:
    """The declared channels by name. Raises `ValueError` for a name with two modules, or a module without a channel."""
    modules: dict[str, str] = {}
    for row in effects():
        if modules.setdefault(row.channel, row.module) != row.module:
            raise ValueError(f"effects.csv: the channel {row.channel} has two modules")
    return {name: _load(module) for name, module in modules.items()}


def _load(module: str) -> Channel:
    found = getattr(import_module(f"{__package__}.{module}"), "CHANNEL", None)
    if not isinstance(found, Channel):
        raise ValueError(f"effects.csv: programme/channels/{module}.py has no CHANNEL")
    return found


@cache
def channels_of(kind: ItemKind) -> tuple[str, ...]:
    """Names of the channels by which a kind acts, in the order of the table; none where it has no effect."""
    return tuple(dict.fromkeys(row.channel for row in effects() if row.effect == kind.effect))


def gap_of_kind(item: Item) -> Gap | None:
    """The reason why items of this kind have no effect; None where they act."""
    kind = item.kind_row
    if kind.shock == "none":
        return Gap(item.id, "effect", "no modelled effect")
    if kind.needs:
        return Gap(item.id, "effect", f"effect not assessed: {kind.needs}")
    return None
