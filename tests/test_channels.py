"""Channels of effects: which module works out what, what is part of the key of a state, what is worked out once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import pytest

from samarkand.core.gaps import Gap
from samarkand.engines.once import Once
from samarkand.programme import Change, Programme, apply, plan_schedule
from samarkand.programme.channels import channel, network_placing
from samarkand.programme.channels.channel import Channel, Effects, channels, channels_of
from samarkand.programme.model import kinds
from samarkand.programme.model.kinds import EffectRow
from samarkand.programme.model.models import Item
from samarkand.world.world import World
from toy import make_toy_world, toy_programme

WORLD = make_toy_world()
YEAR = 2035


@dataclass(frozen=True)
class Noise:
    """What the channel of these tests changes."""

    item: str
    decibels: float


def shout(item: Item, world: World, parameters: Any) -> Effects:
    capex = item.capex.value if item.capex else None
    if capex is None:
        return Effects((), (Gap(item.id, "noise", "no capex is published"),))
    return Effects((Noise(item.id, capex / 100),))


Add = Callable[..., None]


@pytest.fixture
def add(monkeypatch: pytest.MonkeyPatch) -> Iterator[Add]:
    """Adds a module with a channel, and rows of the table that lead to it."""
    declared = kinds.effects()

    def forget() -> None:
        channel.channels.cache_clear()
        channel.channels_of.cache_clear()

    def _add(rows: list[tuple[str, str, str]], **content: Any) -> None:
        module = ModuleType("samarkand.programme.channels.noise")
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, module.__name__, module)
        new = tuple(EffectRow(effect=e, channel=c, module=m, acts_on="the ears") for e, c, m in rows)
        monkeypatch.setattr(channel, "effects", lambda: (*declared, *new))
        forget()

    yield _add
    monkeypatch.undo()
    forget()


def applied(programme: Programme | None = None, **kept: Any) -> Change:
    return apply(programme or toy_programme(WORLD), WORLD, YEAR, **kept)


def test_the_declared_channels() -> None:
    assert list(channels())[:3] == ["network", "trade_costs", "tariffs"]
    assert all(channels()[name].on_models for name in ("network", "trade_costs", "tariffs"))
    assert not channels()["tariffs"].on_network_alone  # they depend on the tariffs of the world
    rows = kinds.kinds()
    found = [channels_of(rows[name]) for name in ("rail", "port", "tariff_change", "standards_recognition")]
    both = ("network", "capacity")
    assert found == [both, both, ("tariffs",), ("trade_costs",)]
    assert channels_of(rows["customs_clearance"]) == ("clearance", "facilitation")
    assert channels_of(rows["visa_regime"]) == ()


def test_changes_stand_under_their_channel() -> None:
    change = applied()
    assert list(change.effects) == list(channels())
    assert change.network == change.effects["network"]
    assert change.trade_costs is change.effects["trade_costs"]
    assert change.tariffs is change.effects["tariffs"]
    assert {one.item for one in change.tariffs} == {"duties"}
    assert {one.item for one in change.trade_costs} == {"recognition"}
    assert set(change.effective) == {one.item for found in change.effects.values() for one in found}


def test_a_word_may_lead_to_two_channels(add: Add) -> None:
    """Railways and roads act on the network as before, and on the new channel too."""
    before = applied()
    add([("link", "noise", "noise")], CHANNEL=Channel(shout))
    change = applied()
    items = {item.id: item for item in toy_programme(WORLD).items}
    lines = [name for name in change.open if items[name].kind_row.effect == "link"]
    assert change.network == before.network
    loud = [Noise(name, items[name].capex.value / 100) for name in lines if items[name].capex]
    assert loud
    assert change.effects["noise"] == tuple(loud)
    silent = [name for name in lines if not items[name].capex]
    assert [gap.item for gap in change.not_assessed if gap.what == "noise"] == silent


@pytest.mark.parametrize("on_models", [True, False])
def test_a_channel_says_whether_the_models_depend_on_it(add: Add, on_models: bool) -> None:
    add([("link", "noise", "noise")], CHANNEL=Channel(shout, on_models=on_models))
    change = applied()
    louder = replace(change, effects={**change.effects, "noise": (Noise("railway", 1.0),)})
    assert (louder.shocks == change.shocks) != on_models
    slower = replace(change, effects={**change.effects, "network": change.network[:-1]})
    assert slower.shocks != change.shocks


def test_only_what_hangs_on_the_network_alone_is_kept(add: Add) -> None:
    """Over a schedule of several states each item is placed once; others are worked out for each state."""
    calls: list[str] = []

    def counted(of: Callable[..., Effects], name: str) -> Callable[..., Effects]:
        def _counted(item: Item, world: World, parameters: Any) -> Effects:
            calls.append(f"{name} {item.id}")
            return of(item, world, parameters)

        return _counted

    for kept in (True, False):
        calls.clear()
        add(
            [("link", "noise", "noise")],
            CHANNEL=Channel(counted(shout, "noise"), on_network_alone=kept),
        )
        placed = Once()
        for _ in range(2):
            plan_schedule(toy_programme(WORLD), WORLD, (2027, 2030, YEAR), placed=placed)
        assert calls
        assert (len(calls) == len(set(calls))) == kept
    assert network_placing.CHANNEL.on_network_alone


@pytest.mark.parametrize(
    ("rows", "content", "reason"),
    [
        ([("link", "noise", "noise")], {}, "channels/noise.py has no CHANNEL"),
        ([("link", "noise", "noise")], {"CHANNEL": shout}, "channels/noise.py has no CHANNEL"),
        ([("link", "network", "noise")], {"CHANNEL": Channel(shout)}, "the channel network has two modules"),
    ],
)
def test_a_table_that_does_not_fit_the_modules_is_refused(
    add: Add, rows: list[tuple[str, str, str]], content: dict[str, Any], reason: str
) -> None:
    add(rows, **content)
    with pytest.raises(ValueError, match=reason):
        applied()


def test_a_kind_with_an_unknown_effect_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    table = kinds.read_table

    def with_row(package: str, filename: str, model: Any) -> Any:
        rows = table(package, filename, model)
        return (rows[0].model_copy(update={"kind": "horn", "effect": "noise"}), *rows)

    monkeypatch.setattr(kinds, "read_table", with_row)
    kinds.kinds.cache_clear()
    with pytest.raises(ValueError, match="horn has the effect noise, which is no row of"):
        kinds.kinds()
    monkeypatch.undo()
    kinds.kinds.cache_clear()
