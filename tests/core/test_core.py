"""The core: declared tables, evidence, faults, units, the result schema, scenarios."""

import pickle
from datetime import date

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, ValidationError

from samarkand.core.declarations import read_table
from samarkand.core.evidence import Evidence
from samarkand.core.faults import Fault, FaultList, Faults, did_you_mean
from samarkand.core.hashing import content_hash
from samarkand.core.lineage import Lineage, leaf
from samarkand.core.scenario import Scenario
from samarkand.core.schema import COLUMNS, Block, not_assessed, to_frame, write_parquet
from samarkand.core.units import Unit, format_value, units


def test_a_verified_figure_needs_address_and_date():
    with pytest.raises(ValidationError, match="address of what was read"):
        Evidence(value=1, unit="km", source="a report", flag="verified")
    figure = Evidence(
        value=1,
        unit="km",
        source="a report",
        address="https://example.org",
        read_on=date(2026, 1, 1),
        flag="verified",
    )
    assert "https://example.org" in figure.citation
    assert "[verified]" in figure.citation


def test_a_figure_needs_a_source_and_lies_in_its_range():
    with pytest.raises(ValidationError, match="needs its source"):
        Evidence(value=1, unit="km")
    with pytest.raises(ValidationError, match="outside its range"):
        Evidence(value=3, low=1, high=2, unit="km", source="a report")
    assert Evidence(unit="km").value is None  # unknown stays unknown and needs no source


def test_faults_are_collected_once_and_survive_processes():
    faults = FaultList()
    faults.raise_if_any()
    faults.add("a", "is wrong", "mend it")
    faults.add("a", "is wrong", "mend it")
    faults.extend([Fault("b", "is wrong too", "mend it")])
    with pytest.raises(Faults) as raised:
        faults.raise_if_any()
    assert [fault.place for fault in raised.value.faults] == ["a", "b"]
    assert pickle.loads(pickle.dumps(raised.value)).faults == raised.value.faults


def test_the_mend_names_the_nearest_words():
    assert did_you_mean("railway", ["rail", "road", "port"]) == "Did you mean rail?"
    assert did_you_mean("xyz", ["rail", "road"]) == "Known are: rail, road."


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    size: int = 3


@pytest.fixture
def table(tmp_path, monkeypatch):
    """A function that writes a CSV table into a package made for the test and reads it."""

    def read(text: str):
        name = f"declared_{abs(hash(text))}"
        package = tmp_path / name
        package.mkdir()
        (package / "__init__.py").write_text("")
        (package / "t.csv").write_text(text)
        monkeypatch.syspath_prepend(str(tmp_path))
        return read_table(name, "t.csv", _Row)

    return read


def test_declared_tables_are_checked_row_by_row(table):
    assert table("name,size\n# a comment\na,\nb,2\n") == (_Row(name="a"), _Row(name="b", size=2))
    with pytest.raises(ValueError, match="line 3"):
        table("name,size\n# a comment\nb,many\n")
    with pytest.raises(ValueError, match="repeated"):
        table("name,size\na,1\na,2\n")
    with pytest.raises(ValueError, match="not as many cells"):
        table("name,size\na,1,2\n")


def test_units_show_small_effects_and_never_zero_for_missing():
    assert format_value(0.0123, "fraction", sign=True) == "+1.23 %"
    assert format_value(0.0000123, "fraction") == "0.0012 %"
    assert format_value(None, "km") == "n/a"
    assert format_value(float("nan"), "km") == "n/a"
    assert format_value(0.0, "fraction") == "0.00 %"
    with pytest.raises(KeyError):
        format_value(1.0, "furlongs")


@given(st.floats(1e-9, 1e12), st.sampled_from(["fraction", "km", "US$ m", "hours"]))
def test_a_value_that_is_not_zero_is_not_shown_as_zero(value, unit):
    digits = format_value(value, unit).split(" ")[0]
    assert float(digits.replace(",", "")) != 0.0
    assert isinstance(units()[unit], Unit)


def _block(values, **other):
    common = {"priority": "trade", "indicator": "exports", "scenario": "with", "unit": "US$ m"}
    return Block(**{**common, "grade": "estimated", "values": values, **other})


def test_blocks_keep_labels_and_refuse_silent_gaps():
    values = xr.DataArray(
        [[1.0, np.nan], [2.0, 3.0]], {"year": [2030, 2031], "economy": ["KAZ", "UZB"]}, ("year", "economy")
    )
    with pytest.raises(ValueError, match="no reason"):
        _block(values).to_arrow()
    frame = to_frame([_block(values, reason="no accounts")])
    assert tuple(frame.columns) == COLUMNS
    by = frame.set_index(["year", "economy"])
    assert by.loc[(2030, "UZB"), "reason"] == "no accounts"
    assert np.isnan(by.loc[(2030, "UZB"), "value"])
    assert by.loc[(2031, "UZB"), "value"] == 3.0
    assert by.loc[(2030, "KAZ"), "reason"] == ""
    with pytest.raises(ValueError, match="not in the result schema"):
        _block(values.rename(economy="place"))
    with pytest.raises(ValueError, match="grade"):
        _block(values, grade="certain")
    with pytest.raises(ValueError, match="scenario"):
        _block(values, scenario="maybe")
    with pytest.raises(ValueError, match="by year"):
        _block(values.isel(year=0, drop=True))


def test_grades_and_ranges_go_with_the_economy():
    values = xr.DataArray(
        [[[1.0, 2.0], [3.0, 4.0]]],
        {"year": [2030], "economy": ["KAZ", "UZB"], "partner": ["CHN", "IND"]},
        ("year", "economy", "partner"),
    )
    block = _block(
        values,
        grade={"KAZ": "observed", "UZB": "estimated"},
        low=values - 1,
        high=values + 1,
        basis="published",
        coverage=0.9,
    )
    frame = to_frame([block]).set_index(["economy", "partner"])
    assert frame.loc[("UZB", "IND"), ["value", "low", "high", "grade"]].tolist() == [
        4.0,
        3.0,
        5.0,
        "estimated",
    ]
    assert frame.loc[("KAZ", "CHN"), "grade"] == "observed"
    assert frame.loc[("KAZ", "CHN"), ["basis", "coverage"]].tolist() == ["published", 0.9]
    with pytest.raises(ValueError, match="cannot align"):
        _block(values, low=values.isel(partner=[1, 0]) - 1, basis="published").to_arrow()
    with pytest.raises(ValueError, match="a range needs its basis"):
        _block(values, low=values - 1, high=values + 1)


def test_reasons_and_words_may_differ_from_row_to_row():
    """A category by economy in two years; each missing value has the reason of its economy."""
    coords = {"year": [2030, 2031], "economy": ["KAZ", "UZB"]}
    values = xr.DataArray([[0.0, np.nan], [1.0, np.nan]], coords, ("year", "economy"))
    label = xr.DataArray(np.array([["low", ""], ["high", ""]], object), coords, ("year", "economy"))
    reason = xr.DataArray(np.array(["", "needs its debt"], object), {"economy": ["KAZ", "UZB"]}, ("economy",))
    rows = to_frame([_block(values, label=label, reason=reason)]).set_index(["economy", "year"])
    assert rows["label"].to_dict() == {
        ("KAZ", 2030): "low", ("UZB", 2030): "", ("KAZ", 2031): "high", ("UZB", 2031): "",
    }  # fmt: skip
    assert rows.loc["UZB", "reason"].tolist() == ["needs its debt"] * 2
    assert rows.loc["KAZ", "reason"].tolist() == ["", ""]
    with pytest.raises(ValueError, match="2 values are missing and no reason is given"):
        _block(values, reason=reason.copy(data=np.array(["", ""], object))).to_arrow()
    with pytest.raises(ValueError, match="cannot align"):
        _block(values, reason=reason.assign_coords(economy=["KAZ", "CHN"])).to_arrow()


def test_a_file_holds_the_same_rows_as_the_table(tmp_path):
    values = xr.DataArray(
        np.arange(6.0).reshape(2, 3), {"year": [2030, 2031], "economy": list("ABC")}, ("year", "economy")
    )
    silent = not_assessed(priority="finance", indicator="", years=[2030, 2031], reason="not assessed yet")
    write_parquet([_block(values), silent], tmp_path / "t.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "t.parquet"), to_frame([_block(values), silent]))
    assert to_frame([]).columns.tolist() == list(COLUMNS)


def test_what_is_not_assessed_needs_a_reason():
    with pytest.raises(ValueError, match="reason"):
        not_assessed(priority="finance", indicator="", years=[2030], reason="")
    frame = to_frame(
        [not_assessed(priority="finance", indicator="", years=[2030, 2031], reason="not assessed yet")]
    )
    assert len(frame) == 2
    assert frame["value"].isna().all()
    assert (frame["reason"] == "not assessed yet").all()


def test_a_scenario_is_hashed_by_what_is_asked():
    asked = Scenario("w", "p", (2035, 2030), assumptions=(("b", 1.0), ("a", 2.0)), without=("y", "x"))
    same = Scenario("w", "p", (2030, 2035), assumptions=(("a", 2.0), ("b", 1.0)), without=("x", "y", "x"),
                    labels=("World", "Programme"))  # fmt: skip
    assert asked == same
    assert asked.hash == same.hash
    assert asked.hash != asked.but(deficit_rule="purged").hash
    assert asked.hash != asked.but(seed=1).hash
    with pytest.raises(ValueError):
        content_hash(float("nan"))


def test_lineage_ends_in_evidence():
    end = leaf("capex", Evidence(value=8.0, unit="US$ m", source="a report"))
    tree = Lineage("cost", 0.5, "US$ m a year", "annuity", inputs=(end, Lineage("rate")))
    assert [item.name for item in tree.leaves()] == ["capex", "rate"]
    assert tree.label == "cost = 0.5 US$ m a year  (annuity)"
