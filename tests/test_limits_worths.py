"""What capacity is worth, as docs/limits.md says it: the page, and the calculation by hand of two of its items."""

from __future__ import annotations

import pytest
from docs import limits as page

from samarkand import load_world
from samarkand.programme.library import load_programme

ROWS = {row["item"]: row for row in page.read()}


def number(row: dict[str, str], name: str) -> float:
    return float(row[name])


def test_the_page_is_written_from_its_file() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.page(page.read())
    assert tuple(ROWS) == page.ITEMS
    assert ROWS["almaty-rail-bypass"]["place"] == page.NONE


def test_no_place_takes_more_than_it_can_and_free_ones_have_no_price() -> None:
    for row in ROWS.values():
        if row["place"] == page.NONE:
            continue
        for state in ("without", "with"):
            assert number(row, f"on_{state}") <= number(row, f"capacity_{state}") * (1 + 1e-6)
            if number(row, f"on_{state}") < number(row, f"capacity_{state}") * (1 - 1e-6):
                assert number(row, f"price_{state}") == 0


def test_the_second_track_from_dostyk_by_hand() -> None:
    """12 pairs of trains a day before and 60 after, of 2,600 t: 22.8 and 113.9 m t a year. The model sends 13 m t, so
    that the single track is not full and the second has no price to take away: it is worth its speed."""
    row = ROWS["dostyk-moiynty"]
    load = load_world().assumptions.parameters["train_load"]
    assert load == 2600
    assert number(row, "capacity_without") == 12 * 2
    assert number(row, "capacity_with") == 60 * 2
    assert number(row, "on_without") * 365 * load < 24 * 365 * 2600 == 22_776_000
    assert number(row, "price_without") == number(row, "price_with") == 0
    assert number(row, "worth_on") == pytest.approx(number(row, "worth_off"), rel=1e-3)


def test_limits_change_no_worth_where_nothing_is_full() -> None:
    """As the page says; worths are written with four digits."""
    for row in ROWS.values():
        assert number(row, "full_price_without") == number(row, "full_price_with") == 0
        assert number(row, "worth_on") == pytest.approx(number(row, "worth_off"), abs=2e-4)
    assert page.TAIL_FREE in page.PAGE.read_text(encoding="utf-8")


def test_items_of_the_page_are_of_the_programme() -> None:
    known = {item.id for item in load_programme(page.PROGRAMME).items}
    assert set(page.ITEMS) <= known
