"""Effects and charges of programmes by hand calculation, and what the default programme must hold."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

import pytest

from samarkand.core.evidence import Evidence
from samarkand.core.geodesy import calc_great_circle_distance
from samarkand.programme.channels.channel import channels_of, gap_of_kind
from samarkand.programme.channels.charging import calc_annual_cost
from samarkand.programme.channels.network_effects import (
    FasterLine,
    NewLine,
    QuickerCrossing,
    QuickerPort,
    Saving,
    effects_of,
)
from samarkand.programme.channels.payment import annual_costs
from samarkand.programme.files.checks import Surroundings, check_file
from samarkand.programme.files.describe import fill
from samarkand.programme.library import find_programme, shipped_programmes
from samarkand.programme.model.kinds import kinds
from samarkand.programme.model.models import Item, Programme
from samarkand.world.parameters import load_parameters


@pytest.fixture(scope="module")
def programme() -> Programme:
    found, faults = check_file(find_programme("eurasian-corridors"), Surroundings())
    assert found is not None, list(faults)
    return found


@pytest.fixture(scope="module")
def parameters():
    return load_parameters()


def item(programme: Programme, name: str) -> Item:
    return next(item for item in programme.items if item.id == name)


# -- the default programme


CORRIDORS = {
    "new_eurasian_land_bridge", "china_mongolia_russia", "china_central_asia_west_asia", "china_indochina_peninsula",
    "china_pakistan", "bangladesh_china_india_myanmar", "maritime",
}  # fmt: skip


def test_the_default_programme_covers_six_corridors_and_the_sea(programme: Programme) -> None:
    items = Counter(one.corridor for one in programme.items)
    assert len(programme.items) >= 40
    # Each way in which a programme acts is shown by one item at least; a kind of its own need not be.
    assert {one.kind_row.effect for one in programme.items} >= {
        "link",
        "crossing",
        "port",
        "recognition",
        "duty",
    }
    assert items.keys() - {"other"} == CORRIDORS
    assert items["other"] <= 0.25 * len(programme.items)


def test_nothing_of_it_was_in_service_by_the_end_of_2022(programme: Programme) -> None:
    for one in programme.items:
        assert one.opening is None or one.opening.year > 2022, one.id
        assert not one.is_open(2022)
        assert one.status != "in_service" or one.opening is not None, one.id


def test_every_figure_can_be_followed(programme: Programme) -> None:
    """Verified figures and days have an address and a day; derived ones say from what; none is bare."""
    for one in programme.items:
        days = [day for day in (one.opening, one.construction_start, one.status_as_of) if day]
        for name, figure in [*one.figures(), *(("day", day) for day in days)]:
            assert figure.source, (one.id, name)
            if figure.flag == "verified":
                assert figure.address.startswith(("https://", "http://")), (one.id, name)
                assert figure.read_on is not None
                assert date(2026, 11, 1) <= figure.read_on <= date(2026, 11, 30)
            if figure.flag == "derived":
                assert figure.note, (one.id, name)


def test_most_of_its_figures_are_verified(programme: Programme) -> None:
    counts = programme.flags()
    assert counts == Counter(
        f.flag for one in programme.items for _, f in one.figures() if f.value is not None
    )
    assert counts["verified"] / sum(counts.values()) >= 0.6
    assert programme.verified_share() == pytest.approx(counts["verified"] / sum(counts.values()))


def test_most_costs_and_lengths_are_verified_and_none_is_recalled(programme: Programme) -> None:
    """Counted by hand here: capex, lengths of sections, lengths of lines and cables; what is unknown is not counted."""
    figures = [one.capex for one in programme.items]
    figures += [section.length for one in programme.projects for section in one.section]
    figures += [one.figure("length") for one in programme.items]
    flags = Counter(figure.flag for figure in figures if figure is not None and figure.value is not None)
    assert dict(flags) == {flag: count for flag, count in programme.flags("capex", "length").items() if count}
    assert programme.verified_share("capex", "length") == pytest.approx(
        flags["verified"] / sum(flags.values())
    )
    assert flags["verified"] / sum(flags.values()) >= 0.6
    assert not flags["recalled"]
    assert not flags["assumed"]


def test_two_programmes_come_with_the_package() -> None:
    assert shipped_programmes() == ("eurasian-corridors", "lobito-corridor")


def test_hash_is_stable(programme: Programme) -> None:
    again, _ = check_file(find_programme("eurasian-corridors"), Surroundings())
    assert again is not None
    assert again.content_hash == programme.content_hash


# -- effects by hand


def test_new_railway_with_a_break_of_gauge(programme: Programme, parameters) -> None:
    """CKU: 344 + 179 = 523 km; 120 km/h x 0.5 = 60 km/h; 523 / 60 = 8.7167 h; one change of gauge."""
    (line,), gaps = effects_of(item(programme, "cku-railway"), {**parameters, "operating_speed_share": 0.5})
    assert not gaps
    assert isinstance(line, NewLine)
    assert [point.name for point in line.points] == ["Kashgar", "Torugart", "Makmal", "Jalal-Abad", "Andijan"]
    assert line.km == pytest.approx(523)
    assert line.hours == pytest.approx(523 / 60)
    assert line.breaks_of_gauge == ("Makmal",)


def test_a_published_operating_speed_comes_before_the_design_speed(programme: Programme, parameters) -> None:
    """East Coast Rail Link: 665 km at 41.25 km/h (330 km in 8 hours), not at half of 80 km/h."""
    (line,), _ = effects_of(item(programme, "east-coast-rail-link"), parameters)
    assert isinstance(line, NewLine)
    assert line.hours == pytest.approx(665 / 41.25)


def test_upgrades_are_ratios_of_speeds(programme: Programme, parameters) -> None:
    """Dostyk: 800 / 1,500 km a day = 0.5333. ML-1: 80 / 120 = 0.6667. Novi Sad: 45 / (120 x 0.5) = 0.75."""
    given = {**parameters, "operating_speed_share": 0.5}
    expected = {
        "dostyk-moiynty": [800 / 1500],
        "ml1-karachi-rohri": [80 / 120],
        "budapest-belgrade": [45 / 60, 48.8 / 50],
    }
    for name, ratios in expected.items():
        lines, gaps = effects_of(item(programme, name), given)
        assert not gaps
        assert all(isinstance(line, FasterLine) for line in lines)
        found = [line.hours_ratio for line in lines if isinstance(line, FasterLine)]
        assert found == pytest.approx(ratios, rel=1e-4)  # 33.3333 km/h is written with six digits


def section_with(one: Item, **figures: float | bool) -> Item:
    """The item with the first section's figures replaced; a speed of 0 is taken away."""
    first = one.section[0]
    units = {
        "tracks": "tracks",
        "tracks_before": "tracks",
        "running_time": "hours",
        "running_time_before": "hours",
    }
    given = {key: value for key, value in first.attributes if "speed" not in key}
    for key, value in figures.items():
        given[key] = value if value is True else Evidence(value=value, unit=units[key], source="a paper")
    changed = first.model_copy(update={"attributes": tuple(sorted(given.items()))})
    return one.model_copy(update={"section": (changed,)})


def test_electrification_and_a_second_track_are_recorded_and_say_what_is_missing(
    programme: Programme, parameters
) -> None:
    line = section_with(item(programme, "dostyk-moiynty"), tracks=2.0, tracks_before=1.0, electrified=True)
    effects, ((name, what, reason),) = effects_of(line, parameters)
    assert effects == []
    assert (name, what) == ("dostyk-moiynty", "effect")
    assert "no speed before and after is published" in reason
    assert "electrification and a second track are recorded, without a sourced coefficient" in reason
    _, ((_, _, plain),) = effects_of(section_with(line, tracks=1.0, electrified_before=True), parameters)
    assert "recorded" not in plain  # nothing is new


def test_published_running_times_carry_the_effect(programme: Programme, parameters) -> None:
    """25 hours before and 14 after: the links take 14 / 25 of their hours; a new line takes its running time."""
    times = {"running_time": 14.0, "running_time_before": 25.0, "tracks": 2.0, "tracks_before": 1.0}
    (line,), gaps = effects_of(section_with(item(programme, "dostyk-moiynty"), **times), parameters)
    assert isinstance(line, FasterLine)
    assert line.hours_ratio == pytest.approx(14 / 25)
    assert not gaps
    (built,), _ = effects_of(section_with(item(programme, "bakhty-ayagoz"), running_time=6.5), parameters)
    assert isinstance(built, NewLine)
    assert built.hours == pytest.approx(6.5)


def test_a_new_road_without_a_freight_speed_leaves_the_speed_to_the_network(
    programme: Programme, parameters
) -> None:
    (line,), _ = effects_of(item(programme, "kgz-north-south-road"), parameters)
    assert isinstance(line, NewLine)
    assert (line.mode, line.km, line.hours) == ("road", 433, None)


def test_savings_at_places(programme: Programme, parameters) -> None:
    """Aktau: 24 of 69.7 hours. Posts: half an hour of one. Mong Cai: half of 31 of 36 hours. e-CMR: 4.74 / 2."""
    (port,), _ = effects_of(item(programme, "aktau-container-hub"), parameters)
    assert isinstance(port, QuickerPort)
    assert port.hours == Saving(pytest.approx(24), pytest.approx(24 / 69.7))
    posts, _ = effects_of(item(programme, "kaz-border-posts"), parameters)
    assert len(posts) == 9
    assert all(isinstance(post, QuickerCrossing) and post.hours == Saving(0.5, 0.5) for post in posts)
    (gate,), _ = effects_of(item(programme, "mong-cai-smart-gate"), parameters)
    assert isinstance(gate, QuickerCrossing)
    assert gate.hours == Saving(pytest.approx(15.5), pytest.approx(15.5 / 36))
    notes, _ = effects_of(item(programme, "e-cmr-accessions"), {**parameters, "teu_per_consignment": 2.0})
    assert all(isinstance(note, QuickerCrossing) and note.usd == Saving(2.37, 1.0) for note in notes)


def test_no_place_saves_more_than_its_share() -> None:
    saving = Saving(24, 0.5)
    assert saving.of(100) == 24
    assert saving.of(30) == 15
    assert saving.of(0) == 0


def test_without_published_figures_there_is_no_effect_and_it_is_said(
    programme: Programme, parameters
) -> None:
    line = item(programme, "dostyk-moiynty")
    (section,) = line.section
    bare = line.model_copy(update={"section": (section.model_copy(update={"attributes": ()}),)})
    effects, gaps = effects_of(bare, parameters)
    assert not effects
    assert [gap.reason.split(":")[0] for gap in gaps] == ["effect not assessed"]
    port = item(programme, "aktau-container-hub")
    kept = tuple(pair for pair in port.attributes if not pair[0].startswith("dwell"))
    effects, gaps = effects_of(port.model_copy(update={"attributes": kept}), parameters)
    assert not effects
    assert "no dwell or fees saved are published" in gaps[0].reason


# -- charges by hand

GIVEN = {"real_interest_rate": 0.05, "asset_life_rail": 30.0, "asset_life_port": 25.0, "asset_life_road": 25.0,
         "asset_life_border_crossing": 20.0, "interest_during_construction": 0.0}  # fmt: skip
LABELS = ("CHN", "HUN", "KAZ", "MYS", "PAK", "ROW")


def test_charge_of_the_east_coast_rail_link(programme: Programme) -> None:
    """1.05^-30 = 0.2313774; 0.05 / 0.7686226 = 0.0650514; x 12,080 = 785.8213 US$ m a year, all to Malaysia."""
    one = item(programme, "east-coast-rail-link")
    assert calc_annual_cost(one, GIVEN) == pytest.approx(785.8213, rel=1e-6)
    costs, gaps = annual_costs(programme, [one], programme.ids, GIVEN, LABELS)
    assert costs == {"MYS": pytest.approx(785.8213, rel=1e-6)}
    assert not gaps


def test_charge_of_a_railway_with_owners_and_a_loan(programme: Programme) -> None:
    """CKU: 8,000 x 0.0650514 = 520.4115. China bears 0.51 x 2,300 + 1,173 = 2,346 of 8,000, Kyrgyzstan and
    Uzbekistan 1,127 each (in the rest of the world); 3,400 of 8,000 = 42.5 % are not charged and said so."""
    costs, gaps = annual_costs(programme, [item(programme, "cku-railway")], programme.ids, GIVEN, LABELS)
    assert costs == {
        "CHN": pytest.approx(520.4115 * 2346 / 8000, rel=1e-6),
        "ROW": pytest.approx(520.4115 * 2254 / 8000, rel=1e-6),
    }
    (gap,) = gaps
    assert gap.reason == "not charged: who bears 42.5% of capex is not published"


def test_grants_are_borne_by_the_donor_and_loans_by_the_host(programme: Programme) -> None:
    line = item(programme, "ml1-karachi-rohri")
    half = Evidence(value=0.5, unit="fraction", source="test")
    (loan,) = line.financing
    gift = loan.model_copy(update={"party": "chn-gov", "instrument": "grant", "amount": None, "share": half})
    owed = loan.model_copy(update={"amount": None, "share": half})
    costs, gaps = annual_costs(
        programme, [line.model_copy(update={"financing": (gift, owed)})], programme.ids, GIVEN, LABELS
    )
    assert not gaps
    assert costs["CHN"] == pytest.approx(costs["PAK"])
    assert sum(costs.values()) == pytest.approx(calc_annual_cost(line, GIVEN))


def test_a_grant_of_a_multilateral_bank_is_not_charged_and_said_so(programme: Programme) -> None:
    line = item(programme, "ml1-karachi-rohri")
    gift = line.financing[0].model_copy(update={"instrument": "grant"})
    costs, gaps = annual_costs(
        programme, [line.model_copy(update={"financing": (gift,)})], programme.ids, GIVEN, LABELS
    )
    assert costs == {"PAK": pytest.approx(0.4 * calc_annual_cost(line, GIVEN))}
    assert "Asian Development Bank, which is no economy" in gaps[0].reason


def test_without_a_capex_nothing_is_charged_and_it_is_said(programme: Programme) -> None:
    line = item(programme, "ml1-karachi-rohri").model_copy(update={"capex": None})
    costs, gaps = annual_costs(programme, [line], programme.ids, GIVEN, LABELS)
    assert costs == {}
    assert gaps[0].reason == "not charged: no capex is published"


def test_what_is_charged_and_what_is_not_add_up(programme: Programme, parameters) -> None:
    """Over the whole programme: charges and the named uncharged shares are the annuities, no more and no less."""
    costs, gaps = annual_costs(programme, programme.items, programme.ids, parameters, LABELS)
    total = sum(calc_annual_cost(one, parameters) for one in programme.items)
    uncharged = 0.0
    for gap in gaps:
        found = re.search(r"([0-9.]+)%", gap.reason)
        share = float(found[1]) / 100 if found else 0.0
        uncharged += share * calc_annual_cost(item(programme, gap.item), parameters)
    assert sum(costs.values()) == pytest.approx(total - uncharged, rel=2e-4)  # reasons have three digits
    assert any("42.5%" in gap.reason for gap in gaps)


# -- kinds without a modelled effect


def test_every_kind_acts_or_says_what_it_lacks() -> None:
    """A kind acts by a channel, or names the missing input, or has the shock none: one of the three."""
    for row in kinds().values():
        acts = row.effect != "none"
        assert acts == bool(channels_of(row)), row
        assert acts + bool(row.needs) + (row.shock == "none") == 1, row


def test_what_has_no_effect_says_so(programme: Programme) -> None:
    line = programme.measures[0]
    for row in kinds().values():
        recorded = line.model_copy(update={"kind": row.kind, "attributes": (), "section": ()})
        effects, gaps = effects_of(recorded, GIVEN)
        assert effects == []
        found = [*gaps, *filter(None, (gap_of_kind(recorded),))]
        if row.effect in ("crossing", "port", "none"):
            (gap,) = found
            expected = "no modelled effect" if row.shock == "none" else "effect not assessed: "
            assert gap.reason.startswith(expected), row
            assert gap.reason.endswith(row.needs), row


# -- geometry and docs


def test_great_circle_of_a_quarter_and_of_one_degree() -> None:
    """Pole to equator is a quarter of 2 pi R = 10,007.557 km; a degree of the meridian 111.195 km."""
    assert calc_great_circle_distance(90, 0, 0, 50) == pytest.approx(10007.557, abs=0.01)
    assert calc_great_circle_distance(10, 30, 11, 30) == pytest.approx(111.195, abs=0.001)
    assert calc_great_circle_distance(0, 179.5, 0, -179.5) == pytest.approx(111.195, abs=0.001)


def test_the_page_on_programmes_has_the_declared_tables() -> None:
    from pathlib import Path

    page = (Path(__file__).resolve().parents[1] / "docs" / "programme.md").read_text(encoding="utf-8")
    assert fill(page) == page
    for row in kinds().values():
        assert f"| `{row.kind}` |" in page
