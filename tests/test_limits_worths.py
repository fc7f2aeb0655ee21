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


def test_what_a_full_place_takes_back_is_within_what_limits_cost_an_item() -> None:
    """Where nothing is full limits change no worth; else what is taken back at the full place is the least of it that
    goods which stay lose (a price is written with four digits)."""
    for row in ROWS.values():
        lost = number(row, "worth_off") - number(row, "worth_on")
        if number(row, "full_price_without") == number(row, "full_price_with") == 0:
            assert lost == pytest.approx(0.0, abs=2e-4)
        else:
            assert page.taken_back(row)[1] < lost + 0.1


def test_items_of_the_page_are_of_the_programme() -> None:
    known = {item.id for item in load_programme(page.PROGRAMME).items}
    assert set(page.ITEMS) <= known
