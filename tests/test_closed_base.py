"""What a closure leaves as it is, is what making all of the closed network anew gives."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from samarkand.world.freight.disruption import disrupt_freight
from samarkand.world.freight.model import FreightModel, prepare_freight
from samarkand.world.freight.path_base import prepare_base
from samarkand.world.freight.skims import components, compute_component
from samarkand.world.network.disruptions import close, find_closures
from toy import make_toy_world


@pytest.fixture(scope="module")
def model() -> FreightModel:
    world = make_toy_world()
    return prepare_freight(world.network, world.assumptions.parameters, world.labels)


def each_link(network) -> list[str]:
    sizes = {"road": len(network.road.links), "rail": len(network.rail.links), "sea": len(network.sea_links)}
    return [f"link:{mode}:{row}" for mode, size in sizes.items() for row in range(size)]


def test_every_link_and_port_closed_gives_what_the_closed_network_gives(model: FreightModel) -> None:
    network, parameters = model.network, model.parameters
    ports = [f"port:{name}" for name in network.ports["id"]]
    cases = [[name] for name in (*each_link(network), *ports)] + [["link:sea:0", "link:rail:0", ports[0]]]
    moved = 0
    for names in cases:
        closures = find_closures(names, network)
        found = disrupt_freight(model, closures).closed
        closed = close(network, closures)
        legs = {
            name: compute_component(part, lambda **_fractions: None)
            for name, part in components(closed, parameters).items()
        }
        settled = model.path_update.base.handicap  # on the open network
        base, pairs = prepare_base(closed, parameters, legs, model.baseline.pairs, settled)
        for field in fields(base):
            ours, whole = (getattr(one, field.name) for one in (found.path_update.base, base))
            np.testing.assert_allclose(ours, whole, rtol=1e-12, err_msg=f"{names} {field.name}")
        for name in ("hours", "usd"):
            ours, whole = getattr(found.baseline.pairs, name), getattr(pairs, name)
            np.testing.assert_allclose(ours, whole, rtol=1e-12, err_msg=f"{names} {name}")
            moved += not np.array_equal(ours, getattr(model.baseline.pairs, name))
        assert np.array_equal(found.baseline.pairs.by_sea, model.baseline.pairs.by_sea)
    assert moved > len(cases) / 2
