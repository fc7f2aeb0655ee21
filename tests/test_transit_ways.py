"""Transit by the ways past places with tariffs is that of goods laid on all links."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from samarkand.appraisal import find_baseline, find_state
from samarkand.core import disk_cache
from samarkand.core.progress import quiet
from samarkand.session import Session
from samarkand.state import State
from samarkand.world.freight import transit_ways
from samarkand.world.freight.transit_use import TransitSearch
from toy import make_toy_world, toy_programme

ROUNDING = 1e-12


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache folder of its own."""
    path = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAMARKAND_CACHE_DIR", str(path))
        yield path


def last_state(**terms: Any) -> State:
    world, session = make_toy_world(), Session()
    asked = session.ask(toy_programme(world), world, years=(2035,), **terms)
    schedule, baseline = session.schedule(asked), find_baseline(asked, session)
    return find_state(asked, schedule, baseline, session, quiet, len(schedule.states) - 1)


@pytest.mark.parametrize("terms", [{}, {"closures": ("suez",)}], ids=str)
def test_transit_is_that_of_goods_laid_on_all_links(folder: Path, terms: dict[str, Any]) -> None:
    state = last_state(**terms).unpaid
    laid = [work.passing for work in (state.assignment_without, state.assignment)]
    for found, expected in zip(state.transit, laid, strict=True):
        assert expected is not None
        one, other = found.sel(tariff=expected["tariff"]).to_numpy(), expected.to_numpy()
        assert (np.isnan(one) == np.isnan(other)).all()  # the toy network lacks some places
        assert one == pytest.approx(other, rel=ROUNDING, nan_ok=True)
    assert float(laid[1].sel(tariff="kazakhstan_rail")) > 0


def test_ways_on_the_open_network_are_read_again_and_made_anew_where_they_are_damaged(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = last_state().solved.baseline.transit
    (entry,) = folder.glob("transit-*" + disk_cache.ENDING)
    search, made = transit_ways.TransitSearch, []

    def count(*given: Any, **terms: Any) -> TransitSearch:
        made.append(given)
        return search(*given, **terms)

    monkeypatch.setattr(transit_ways, "TransitSearch", count)
    np.testing.assert_array_equal(last_state().solved.baseline.transit, expected)
    assert not made
    entry.write_bytes(entry.read_bytes()[:-8])
    np.testing.assert_array_equal(last_state().solved.baseline.transit, expected)
    assert len(made) == 1
