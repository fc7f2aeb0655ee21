"""Exports by size of firm from files of the Enterprise Surveys: values, names, years, and faults all at once."""

from __future__ import annotations

import pytest

from samarkand.core.faults import Faults
from samarkand.world.importers import import_world
from samarkand.world.store import list_worlds

import file_samples as samples  # isort: skip

SIZES = ("Small (5-19)", "Medium (20-99)", "Large (100+)")


def firms(name="Kazakhstan", year=2019, shares=(2.5, 6.0, 14.1)):
    """Twice as many firms export as is exported."""
    return [
        (name, year, size, "Average", 2 * share, share) for size, share in zip(SIZES, shares, strict=False)
    ]


def value(world, iso3, size, variable="direct_exports"):
    return world.fact(iso3, f"{variable}_{size}").value


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_query_gives_fractions_by_size(tmp_path, suffix) -> None:
    rows = [
        *firms(),
        ("Kazakhstan", 2019, "Small (5-19)", "SE", 9, 9),
        ("Kazakhstan", 2019, "All", "Average", 50, 50),
        *firms("Viet Nam", 2023),
        *firms("Kyrgyz Republic", 2023, (1, 2)),
        ("Kyrgyz Republic", 2023, SIZES[2], "Average", "n.a.", "n.a."),
        *firms("Türkiye", 2019),
        *firms("Europe & Central Asia", 2019, (90, 90, 90)),
    ]
    found = import_world(
        "enterprise-surveys", [samples.enterprises(tmp_path / f"q.{suffix}", rows)], name="q"
    )
    assert value(found, "KAZ", "small") == pytest.approx(0.025)
    assert value(found, "KAZ", "large") == pytest.approx(0.141)
    assert value(found, "KAZ", "small", "exporting_firms") == pytest.approx(0.05)
    assert value(found, "VNM", "medium") == pytest.approx(0.06)
    assert value(found, "TUR", "medium") == pytest.approx(0.06)
    assert value(found, "KGZ", "medium") == pytest.approx(0.02)
    assert value(found, "KGZ", "large") is None
    fact = found.fact("KAZ", "direct_exports_small")
    assert (fact.year, fact.grade) == (2019, "observed")
    assert found.has("exports by size of firm", "KAZ")
    assert not found.has("exports by size of firm", "PAK")


def test_the_long_table_gives_the_same(tmp_path) -> None:
    rows = [
        ("Kazakhstan2019", 2019, SIZES[0], "t5", 70),
        *(
            ("Kazakhstan", 2019, size, "tr5", share)
            for size, share in zip(SIZES, (2.5, 6, 14.1), strict=True)
        ),
        *(
            ("Kazakhstan", 2019, size, "tr16", share)
            for size, share in zip(SIZES, (5, 12, 28.2), strict=True)
        ),
    ]
    found = import_world(
        "enterprise-surveys", [samples.enterprises_long(tmp_path / "long.csv", rows)], name="long"
    )
    assert value(found, "KAZ", "large") == pytest.approx(0.141)
    assert value(found, "KAZ", "large", "exporting_firms") == pytest.approx(0.282)


def test_the_newest_survey_is_taken_or_the_newest_up_to_a_year(tmp_path) -> None:
    rows = [*firms(year=2013, shares=(1, 2, 3)), *firms(year=2019), *firms("Pakistan", 2022)]
    path = samples.enterprises(tmp_path / "years.csv", rows)
    assert value(import_world("enterprise-surveys", [path], name="new"), "KAZ", "small") == pytest.approx(
        0.025
    )
    early = import_world("enterprise-surveys", [path], name="early", year=2015)
    assert value(early, "KAZ", "small") == pytest.approx(0.01)
    assert value(early, "PAK", "small") is None


def refused(words: str, path, **options) -> None:
    with pytest.raises(Faults) as raised:
        import_world("enterprise-surveys", [path], name="broken", **options)
    assert any(words in str(fault) for fault in raised.value.faults), str(raised.value)
    assert "broken" not in [world.name for world in list_worlds()]


def test_faults_are_named_all_at_once(tmp_path) -> None:
    wrong = [
        *firms(), firms()[0],
        ("Pakistan", 2022, SIZES[0], "Average", 130, 5),
        ("Pakistan", 2022, SIZES[1], "Average", "many", 5),
        ("Pakistan", 2022, SIZES[2], "Average", 5, -5),
    ]  # fmt: skip
    with pytest.raises(Faults) as raised:
        import_world(
            "enterprise-surveys", [samples.enterprises(tmp_path / "wrong.csv", wrong)], name="broken"
        )
    said = str(raised.value)
    for words in (
        "stands there 2 times",
        "130 per cent, more than all",
        "'many', not a number",
        "below zero",
    ):
        assert words in said, said
    refused("nowhere above 1", samples.enterprises(tmp_path / "unit.csv", firms(shares=(0.02, 0.06, 0.14))))
    refused("'Kazahstan'", samples.enterprises(tmp_path / "name.csv", firms("Kazahstan")))
    refused(
        "no exports by size",
        samples.enterprises(tmp_path / "all.csv", [("Kazakhstan", 2019, "All", "Average", 5, 3)]),
    )
    refused("no column", samples.wits(tmp_path / "other.csv"))
    refused("not there", tmp_path / "gone.csv")
    refused("before the accounts", samples.enterprises(tmp_path / "old.csv", firms(year=2006)))
    head = ("Economy,Year,Subgroup Level,Average/SE/N\n", "Kazakhstan,2019,Small (5-19),Average\n")
    (tmp_path / "short.csv").write_text("".join(head), encoding="utf-8")
    refused("no column", tmp_path / "short.csv")
