"""A document measure that two items declare at one crossing is counted once, and money never has two owners."""

from __future__ import annotations

import numpy as np
import pytest

import samarkand as sk
from samarkand import basic
from samarkand.core.faults import Faults
from samarkand.ledger import Claim, check_claims, claims_of
from samarkand.priorities.innovation.digital_page import documents
from samarkand.programme import load_programme
from samarkand.programme.model.kinds import kinds, overlaps
from samarkand.session import Session
from samarkand.world.network.link_changes import LinkChange, merge_changes
from toy import PROGRAMME, make_toy_world

ITEM = """
[[measure]]
id = "{id}"
title = "{id}"
kind = "{kind}"
economies = ["CHN", "KAZ"]
status = "agreed"
opening = {{ date = 2026 }}
hours_before = {{ value = 10, unit = "hours", source = "made up", flag = "assumed" }}
hours_after = {{ value = {after}, unit = "hours", source = "made up", flag = "assumed" }}

  [[measure.crossing]]
  name = "Khorgos - Altynkol"
  economies = ["CHN", "KAZ"]
  mode = "rail"
"""
WORLD = make_toy_world(tariffs=False)


def programme(folder, *items):
    """The toy programme with items (id, kind, hours after) at one crossing, and all else left out."""
    path = folder / f"{'-'.join(name for name, *_ in items)}.toml"
    text = "".join(ITEM.format(id=name, kind=kind, after=after) for name, kind, after in items)
    path.write_text(PROGRAMME.read_text(encoding="utf-8") + text, encoding="utf-8")
    return load_programme(path, WORLD)


def appraised(folder, *items):
    found = programme(folder, *items)
    others = tuple(name for name in found.ids if name not in {name for name, *_ in items})
    return sk.appraise(found, WORLD, session=Session(), years=(2035,), without=others, reach=True)


LESS, MORE = ("docs-a", "digital_trade_documents", 8), ("docs-b", "digital_trade_documents", 6)
POST = ("post", "border_facilitation", 9)


def test_of_two_document_measures_at_one_crossing_the_larger_counts(tmp_path):
    """Two hours and four: four, and not six; a post beside them adds its own hour."""
    both, more, less = (appraised(tmp_path, *items) for items in ((LESS, MORE), (MORE,), (LESS,)))
    for name in ("generalised_cost", "real_income_unpaid_value"):
        one, other = (each[name].to_numpy() for each in (both, more))
        np.testing.assert_array_equal(one, other)
        assert not np.array_equal(other, less[name].to_numpy())
    with_post = appraised(tmp_path, LESS, MORE, POST)
    (row,) = merge_changes(with_post.timeline.last.change.network)
    assert row.hours_saved == pytest.approx(4 + 1)
    assert row.item == "docs-a + docs-b + post"
    (line,) = documents(with_post).rows
    assert line[1:4] == ("docs-a; docs-b", "2.0 4.0", "4.0")
    found = programme(tmp_path, LESS, MORE, POST)
    (hours,) = basic.hours_saved(WORLD, found, ("docs-a", "docs-b", "post")).values()
    assert hours == pytest.approx(5)


def test_leaving_the_smaller_one_out_changes_nothing_and_the_larger_does(tmp_path):
    """Marginal parts of items that overlap: the smaller adds nothing, the larger what it saves more."""
    found = appraised(tmp_path, LESS, MORE)
    part = np.abs(found["project_cost_saving"])
    assert float(part.sel(project="docs-a").max()) < 1e-12  # rounding of a mean over partners
    assert float(part.sel(project="docs-b").max()) > 1e-6


@pytest.mark.parametrize("seed", range(10))
def test_the_order_of_changes_does_not_matter(seed):
    draw = np.random.default_rng(seed)
    savings = [(*draw.uniform(0, 20, 2), str(draw.choice(["", "documents"]))) for _ in range(seed // 2)]
    changes = [
        LinkChange(
            f"item {k}", "crossing", "road", target="gate", hours_saved=hours, usd_saved=usd, overlap=word
        )
        for k, (hours, usd, word) in enumerate(savings)
    ]
    one, other = merge_changes(changes), merge_changes(changes[::-1])
    for a, b in zip(one, other, strict=True):
        assert a.hours_saved == pytest.approx(b.hours_saved)
        assert a.usd_saved == pytest.approx(b.usd_saved)
        words = [(hours, word) for hours, _, word in savings]
        plain = sum(hours for hours, word in words if not word)
        assert a.hours_saved == pytest.approx(
            plain + max((hours for hours, word in words if word), default=0)
        )


def test_a_coefficient_beside_the_crossings_of_a_measure_is_a_second_owner(tmp_path):
    """What documents save at a crossing is in the equilibrium: an estimate beside it is refused, and names both."""
    found = programme(tmp_path, LESS)
    claims = claims_of(found)
    second = Claim("docs-a", "", "trade_cost", "accounts", "direct", "a coefficient of paperless trade")
    with pytest.raises(Faults) as raised:
        check_claims((*claims, second), {item.id: item.kind for item in found.items})
    told = str(raised.value)
    assert "has two owners: equilibrium, claimed by kind digital_trade_documents" in told
    assert "direct, claimed by a coefficient of paperless trade" in told


def test_overlaps_are_of_kinds_that_act_on_crossings():
    for kind in overlaps():
        assert kinds()[kind].effect == "crossing"
