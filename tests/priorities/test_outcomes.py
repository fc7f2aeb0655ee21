"""What a priority gives is held against what it declares, and everything that is wrong is said at once."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from made_results import make_results
from samarkand.core.faults import Faults
from samarkand.core.schema import to_frame
from samarkand.priorities import registry
from samarkand.priorities.assessing import Readable
from samarkand.priorities.base import Indicator, Levels, Priority, Range
from samarkand.priorities.outcomes import check_outcomes
from samarkand.priorities.ranges import combine
from samarkand.priorities.timeline import Timeline


def declared(name="signal", **other):
    fields = {
        "name": name, "title": "Signal", "dims": "economy", "unit": "US$ m", "grows_with": "nothing",
        "change": "direct", "better": "lower", "place": "table", "grade": "assumed", "inputs": "programme",
        "method": "made up", "description": "made up", "source": "made up",
    }  # fmt: skip
    return Indicator(**{**fields, **other})


CATEGORY = declared(type="category", categories="low | moderate | high", unit="category")


def by_economy(*values):
    return xr.DataArray(list(values), {"economy": ["KAZ", "UZB"]}, ("economy",))


def faults_of(row, levels):
    with pytest.raises(Faults) as raised:
        check_outcomes("made_up", [row], {row.name: levels}, "assess_state")
    return [(one.place, one.reason) for one in raised.value.faults]


def test_words_become_their_places_in_order():
    levels = Levels(change=by_economy("high", ""))
    found = check_outcomes("made_up", [CATEGORY], {"signal": levels}, "assess_state")["signal"]
    np.testing.assert_array_equal(found.change, [2.0, np.nan])


def test_a_category_outside_its_order_is_refused_with_place_and_remedy():
    with pytest.raises(Faults) as raised:
        check_outcomes(
            "made_up", [CATEGORY], {"signal": Levels(change=by_economy("severe", "low"))}, "assess_state"
        )
    (fault,) = raised.value.faults
    assert fault.place == "priority made_up, indicator signal, change"
    assert fault.reason == "gives 'severe', which is none of its categories low < moderate < high"
    assert fault.mend == "Give one of them, or add it to categories in indicators.csv, in its order."


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (Range(by_economy(0.0, 0.0), by_economy(3.0, 3.0), ""), "has no basis"),
        (Range(by_economy(0.0, 0.0), by_economy(3.0, 3.0), "guess"), "has the basis 'guess', which is not declared"),
        (Range(by_economy(0.0, 0.0), by_economy(3.0, 3.0), "published", 80.0), "has a coverage of 80"),
        (Range(by_economy(1.5, 0.0), by_economy(3.0, 3.0), "published"), "does not hold 1 of its own values"),
    ],
)  # fmt: skip
def test_a_range_without_basis_or_sense_is_refused(one, reason):
    levels = Levels(change=by_economy(1.0, 2.0), ranges={"change": one})
    assert faults_of(declared(), levels) == [("priority made_up, indicator signal, range of change", reason)]


def test_a_range_of_several_bases_is_taken():
    one = Range(by_economy(0.0, 0.0), by_economy(3.0, 3.0), "published + hold_out")
    levels = Levels(change=by_economy(1.0, 2.0), ranges={"change": one})
    found = check_outcomes("made_up", [declared()], {"signal": levels}, "assess_state")
    assert found["signal"].ranges["change"].basis == "published + hold_out"
    wrong = replace(one, basis="published + guess")
    assert faults_of(declared(), Levels(change=by_economy(1.0, 2.0), ranges={"change": wrong}))


def test_everything_that_is_wrong_is_said_at_once():
    given_ = {
        "signal": Levels(
            without=by_economy("low", "severe").rename(economy="sector"),
            ranges={"change": Range(by_economy(0.0, 0.0), by_economy(1.0, 1.0), "")},
        ),
        "signall": Levels(),
    }
    rows = [CATEGORY.model_copy(update={"change": "difference"}), declared("other")]
    with pytest.raises(Faults) as raised:
        check_outcomes("made_up", rows, given_, "assess_state")
    assert [(one.place.removeprefix("priority made_up, indicator "), one.reason) for one in raised.value.faults] == [
        ("other", "is declared and assess_state does not give it"),
        ("signall", "is given by assess_state and not declared"),
        ("signal, without", "has the dimensions sector, and economy are declared"),
        ("signal, without", "gives 'severe', which is none of its categories low < moderate < high"),
        ("signal, with", "is missing, and change is declared difference"),
        ("signal, range of change", "has no basis"),
        ("signal, range of change", "is a range of nothing"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"dims": "economy planet"}, "dims economy planet are not all of"),
        ({"dims": "economy case"}, "`case` says what a case is"),
        ({"case": "tranche"}, "`case` says what a case is"),
        ({"categories": "low|high"}, "categories are two or more different words"),
        ({"type": "category", "unit": "category", "categories": "low|low"}, "categories are two or more different"),
        ({"type": "category", "categories": "low|high"}, "a category has the unit category"),
        ({"granularity": "timeline", "grows_with": "economy"}, "it grows with nothing"),
        ({"granularity": "project"}, "granularity project needs project among the dims"),
        ({"grows_with": "inflation"}, "Input should be 'economy', 'ratio' or 'nothing'"),
    ],
)  # fmt: skip
def test_a_row_that_contradicts_itself_is_refused(wrong, said):
    with pytest.raises(ValueError, match=said):
        declared(**wrong)


# -- years and grades of one's own


def rows_of(levels, years):
    """Rows of an indicator of the timeline in some years."""
    row = declared(granularity="timeline")
    schedule_years = {2030: {0: 1.0}}
    results = make_results(schedule_years, [({}, {})], whole={"signal": levels})
    frame = to_frame(results._blocks("made_up", row, years, ("change",)))
    return frame.set_index(["year", "economy"])


def test_a_year_that_an_indicator_does_not_have_says_so():
    own = xr.DataArray(
        [[1.0, np.nan], [3.0, 4.0]], {"year": [2028, 2029], "economy": ["KAZ", "UZB"]}, ("year", "economy")
    )
    levels = Levels(change=own, reason="needs its debt")
    assert sorted(set(rows_of(levels, None).index.get_level_values("year"))) == [2028, 2029]
    rows = rows_of(levels, [2028, 2030])
    assert rows.loc[(2028, "KAZ"), ["value", "reason"]].tolist() == [1.0, ""]
    assert rows.loc[(2028, "UZB"), "reason"] == "needs its debt"
    assert rows.loc[(2030, "KAZ"), "reason"] == "no figure for this year"


def test_a_grade_by_economy_takes_the_place_of_the_declared_one():
    levels = Levels(change=by_economy(1.0, 2.0), grade={"KAZ": "observed", "UZB": "estimated"})
    assert rows_of(levels, [2030])["grade"].tolist() == ["observed", "estimated"]
    assert rows_of(Levels(change=by_economy(1.0, 2.0)), [2030])["grade"].tolist() == ["assumed"] * 2


# -- reading


def test_a_priority_reads_what_it_declares_alone():
    reader = Priority(name="finance", title="Finance", reads="trade")
    results = Readable(reader, {"trade": {"exports": 1}, "social": {}})
    assert results["trade"] == {"exports": 1}
    assert list(results) == ["trade"]
    with pytest.raises(
        PermissionError, match=r"finance reads social and does not declare it: add it to reads"
    ):
        results["social"]


def test_a_timeline_gives_results_of_declared_priorities_alone():
    timeline = Timeline(*[None] * 8, readable=("social",))
    with pytest.raises(PermissionError, match="real_income is of the priority trade: add it to reads"):
        timeline.values("real_income")


def test_priorities_run_after_what_they_read_and_never_in_a_circle(monkeypatch):
    def order(**reads):
        rows = tuple(
            Priority(name=name, title=name, assessed=True, reads=words) for name, words in reads.items()
        )
        monkeypatch.setattr(registry, "priorities", lambda: rows)
        registry.in_reading_order.cache_clear()
        return [row.name for row in registry.in_reading_order()]

    try:
        assert order(a="c b", b="c", c="") == ["c", "b", "a"]
        with pytest.raises(ValueError, match=r"read each other in a circle: (a > b > a|b > a > b)"):
            order(a="b", b="a")
        with pytest.raises(ValueError, match=r"a/priority.csv: reads \['x'\], which are no priorities"):
            order(a="x")
    finally:
        monkeypatch.undo()
        registry.in_reading_order.cache_clear()


def test_packages_of_an_extra_that_are_missing_are_named(monkeypatch):
    lines = ['pypsa>=0.30; extra == "power"', 'numpy>=2; extra == "power"', "numpy>=2.1"]
    monkeypatch.setattr(registry, "requires", lambda _: [*lines, 'no-such-package>=1; extra == "odd"'])
    registry.missing_packages.cache_clear()
    try:
        assert registry.missing_packages("odd") == ("no-such-package",)
        assert "numpy" not in registry.missing_packages("power")
        assert registry.missing_packages("") == ()
        with pytest.raises(ValueError, match="has no extra none"):
            registry.missing_packages("none")
    finally:
        registry.missing_packages.cache_clear()


# -- combining ranges


def test_independent_errors_add_up_in_squares():
    """Half widths 3 and 4 below are 5 together, 6 and 8 above are 10."""
    values = by_economy(10.0, 10.0)
    one = Range(values - 3.0, values + 6.0, "hold_out", 0.8)
    other = Range(values - 4.0, values + 8.0, "reference_class", 0.8)
    found = combine(values, [one, other])
    np.testing.assert_allclose(found.low, [5.0, 5.0])
    np.testing.assert_allclose(found.high, [20.0, 20.0])
    assert (found.basis, found.coverage) == ("hold_out + reference_class", 0.8)


def test_half_widths_are_brought_to_one_coverage():
    """The 95 % range of a standard normal is 1.959964 wide on each side, its 80 % range 1.281552 (tables of the normal
    distribution, six decimals); with another of nothing it is the 80 % range that is left."""
    values = by_economy(0.0, 0.0)
    wide = Range(values - 1.959964, values + 1.959964, "published", 0.95)
    nothing = Range(values, values, "hold_out", 0.8)
    found = combine(values, [wide, nothing])
    np.testing.assert_allclose(found.high, 1.281552, atol=2e-6)
    assert found.coverage == 0.8


@settings(deadline=None)
@given(st.lists(st.floats(0.0, 1e6), min_size=1, max_size=5))
def test_more_bases_never_make_a_range_narrower(halves):
    values = by_economy(1.0, -1.0)
    ranges = [Range(values - half, values + half, "published", 0.9) for half in halves]
    found = combine(values, ranges)
    half = float((found.high - values).max())
    assert max(halves) - 1e-9 <= half <= sum(halves) + 1e-9  # rounding of bounds of up to 5e6


def test_where_one_range_has_no_figure_the_other_stands_alone():
    values = by_economy(1.0, 1.0)
    partly = Range(by_economy(0.0, np.nan), by_economy(2.0, np.nan), "hold_out", 0.8)
    nowhere = Range(values * np.nan, values * np.nan, "published")
    found = combine(values, [partly, nowhere])
    np.testing.assert_allclose(found.low, [0.0, np.nan])
    assert np.isnan(found.coverage)  # nobody knows what the second holds
    assert combine(values, []) is None
    assert combine(values, [partly]) is partly
