"""Every priority has the same shape: declared indicators, one function, one schema, sources for everything."""

import numpy as np
import pytest

from samarkand.core.schema import COLUMNS, DIMENSIONS, SCENARIOS
from samarkand.core.units import units
from samarkand.priorities import each_indicator, find_indicator, priorities
from samarkand.priorities.lineage import variables

INDICATORS = [row for _, row in each_indicator()]


def test_there_are_seven_and_those_not_built_say_so():
    assert [row.name for row in priorities()] == [
        "trade", "infrastructure", "finance", "innovation", "social", "environment", "governance",
    ]  # fmt: skip
    for row in priorities():
        assert (row.reason == "") if row.assessed else row.reason.startswith("not assessed yet")


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda row: row.name)
def test_an_indicator_is_declared_whole(indicator):
    assert indicator.unit in units()
    assert indicator.source
    assert indicator.method
    names = set(variables()) | {row.name for row in INDICATORS}
    assert set(indicator.inputs) <= names
    assert indicator.inputs


def test_variables_follow_one_another_without_a_circle():
    def walk(name, above=()):
        assert name not in above, f"{name} is computed from itself: {above}"
        for item in variables()[name].inputs if name in variables() else find_indicator(name)[1].inputs:
            walk(item, (*above, name))

    for indicator in INDICATORS:
        walk(indicator.name)


def test_indicator_names_are_unique():
    names = [row.name for row in INDICATORS]
    assert len(names) == len(set(names))


def test_results_follow_the_schema(appraisal):
    frame = appraisal.to_dataframe()
    assert tuple(frame.columns) == COLUMNS
    assert set(frame["scenario"]) <= set(SCENARIOS)
    missing = frame["value"].isna()
    assert (frame.loc[missing, "reason"] != "").all()
    assert (frame.loc[~missing, "reason"] == "").all()
    assert not frame.duplicated(["priority", "indicator", *DIMENSIONS, "year", "scenario"]).any()


def test_the_five_that_are_not_built_have_no_figures(appraisal):
    frame = appraisal.to_dataframe()
    for row in priorities():
        if not row.assessed:
            mine = frame[frame["priority"] == row.name]
            assert len(mine) == 1
            assert mine["value"].isna().all()
            assert mine["reason"].str.startswith("not assessed yet").all()


def is_missing(appraisal, indicator):
    """Whether the embedded world lacks the file that an indicator needs: then it has no figures, and names the file."""
    if not indicator.needs or appraisal.world.has(indicator.needs):
        return False
    rows = appraisal.to_dataframe([indicator.name])
    assert rows["value"].isna().all()
    assert rows["reason"].str.contains("needs file|not assess").all()
    return True


# Published levels that stand beside a programme: how it changes them is not assessed, and their reason says so.
LEVELS_ALONE = ("political_stability",)


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda row: row.name)
def test_change_is_what_the_levels_say(appraisal, indicator):
    if indicator.change == "direct" or is_missing(appraisal, indicator):
        return
    without, with_, change = (appraisal.array(indicator.name, part).to_numpy() for part in SCENARIOS)
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = with_ / without - 1.0 if indicator.change == "relative" else with_ - without
    known = np.isfinite(change)
    assert known.any() == (indicator.name not in LEVELS_ALONE)
    # One subtraction away from the stored levels: rounding of doubles only.
    np.testing.assert_allclose(change[known], expected[known], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda row: row.name)
@pytest.mark.parametrize("economy", ["KAZ", "ROW"])
def test_every_indicator_is_explained_down_to_evidence(appraisal, indicator, economy):
    tree = appraisal.explain(indicator.name, economy)
    if is_missing(appraisal, indicator):
        return
    ends = [item for item in tree.leaves() if item.evidence is not None]
    assert ends, "nothing published at the end of the walk"
    assert all(item.evidence.source for item in ends if item.evidence.value is not None)
