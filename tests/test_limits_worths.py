"""What capacity is worth, as docs/limits.md says it: the page, and the calculation by hand of two of its items."""

from __future__ import annotations

import pytest
from docs import limits as page

from samarkand.programme.library import load_programme

ROWS = {row["item"]: row for row in page.read()}


def number(row: dict[str, str], name: str) -> float:
    return float(row[name])


def test_the_page_is_written_from_its_file() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.page(page.read(), page.read(page.WIDER))
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
    """Dostyk takes 20 m t a year before and 35 after, and is not full: what the item brings there admits nobody. The
    containers at the same crossing are: 760 TEU a day, whatever the track. What the item saves them is taken back by
    a price that rises by as much as they would else be too many; those who are turned aside lose besides."""
    row = ROWS["dostyk-moiynty"]
    assert (number(row, "capacity_without"), number(row, "capacity_with")) == (20, 35)
    assert number(row, "on_without") < 20
    assert number(row, "price_without") == number(row, "price_with") == 0
    assert page.full_place(row).id == "dostyk_containers"
    dearer, taken_back = page.taken_back(row)
    assert dearer == pytest.approx(number(row, "full_price_with") - number(row, "full_price_without"))
    assert taken_back == pytest.approx(dearer * 760 * 365 / 1e6)
    lost = number(row, "worth_off") - number(row, "worth_on")
    assert 0 < taken_back < lost < number(row, "worth_off")


def test_none_of_the_items_enlarges_a_place_that_is_full() -> None:
    """As the page says: their own places have room, before and after."""
    for row in ROWS.values():
        if row["place"] != page.NONE:
            assert number(row, "price_without") == number(row, "price_with") == 0
        assert number(row, "full_price_without") > 0
        assert number(row, "full_price_with") > 0
    assert "None of the four items enlarges it" in page.PAGE.read_text(encoding="utf-8")


def test_what_limits_change_in_a_worth_is_the_price_at_the_full_place_and_more_of_the_same_sign() -> None:
    """Worths are written with four digits: of those that limits change by a hundredth of a million or more."""
    for row in ROWS.values():
        lost = number(row, "worth_off") - number(row, "worth_on")
        if abs(lost) >= 0.01:
            assert 0 < page.taken_back(row)[1] / lost < 1


def test_a_wider_place_gains_by_hand_what_the_equilibrium_says() -> None:
    """Prices are written with four digits, and a step of 5 per cent is told by its mean: two parts in a thousand. When
    one place is wider prices of others move a little, and count apart."""
    row = page.full_place(page.read()[0])
    for wide in page.read(page.WIDER):
        part, fall = number(wide, "part"), number(wide, "price_before") - number(wide, "price_after")
        by_hand = fall * row.capacity * (1 + part / 2) / 1e6
        assert row.unit == "TEU a year"
        assert number(wide, "area") - number(wide, "others") == pytest.approx(by_hand, rel=2e-3)
        assert number(wide, "saved") == pytest.approx(number(wide, "area"), rel=2e-3)
        assert number(wide, "equilibrium") == pytest.approx(number(wide, "gained"), rel=2e-3)
        assert number(wide, "gained") < number(wide, "saved")


def test_items_of_the_page_are_of_the_programme() -> None:
    known = {item.id for item in load_programme(page.PROGRAMME).items}
    assert set(page.ITEMS) <= known
