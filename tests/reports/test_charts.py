"""Charts and maps: well-formed, escaped, true to their figures, and the same words as their tables."""

import math
import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np
import pytest
from docs.sights import SIGHTS
from hypothesis import given
from hypothesis import strategies as st

from samarkand.priorities.faces import Bars
from samarkand.reports.charts import Bar, Line, bar_chart, line_chart, nice_ticks
from samarkand.reports.maps import (
    COLOURS,
    DOTS,
    LOSSES,
    NO_FIGURE,
    RULED,
    Marks,
    Paint,
    Place,
    Route,
    calc_great_circle,
    close_map,
    diverging_classes,
    main_region,
    mark_of,
    region_map,
    world_map,
)
from samarkand.reports.pages import draw_chart, twin_of
from samarkand.reports.projections import calc_azimuthal, calc_equal_earth
from samarkand.reports.svg import tag
from samarkand.world.economies.map import load_map

SVG = "{http://www.w3.org/2000/svg}"
NASTY = '<b>"Côte d\'Ivoire" & </svg>'


def parse(picture):
    return ET.fromstring(str(picture))


def texts(root):
    return [element.text for element in root.iter(f"{SVG}text")]


def test_what_is_no_element_is_escaped():
    element = tag("text", NASTY, fill=NASTY, x=1.0)
    assert ET.fromstring(element).text == NASTY
    assert ET.fromstring(element).get("fill") == NASTY
    assert tag("g", tag("path", d="M0 0")) == '<g><path d="M0 0"/></g>'


def test_bars_leave_from_zero_to_their_side_and_say_what_the_caller_wrote():
    root = parse(bar_chart([Bar(NASTY, 2.0, "+2"), Bar("loses", -1.0, "-1")], NASTY))
    assert root.find(f"{SVG}title").text == NASTY
    assert texts(root) == [NASTY, "+2", "loses", "-1"]
    (gain, loss) = root.findall(f"{SVG}rect")
    gain_x, gain_width = float(gain.get("x")), float(gain.get("width"))
    loss_x, loss_width = float(loss.get("x")), float(loss.get("width"))
    assert gain_x == pytest.approx(loss_x + loss_width, abs=0.02)  # both touch the line of zero
    assert gain_width == pytest.approx(2 * loss_width, rel=0.01)
    assert gain.get("fill") != loss.get("fill")
    assert bar_chart([], "empty") == ""


@pytest.mark.parametrize("largest", [0.5, -9e3, -1.03e7, 4.2e9])
def test_figures_of_an_axis_stand_within_the_picture(largest):
    """Widths of DejaVu Sans, of which 2,048 units are an em: 1,303 a digit, 651 a comma or point, 1,716 a minus."""
    root = parse(line_chart([2030, 2035], [Line("all", (0.0, largest), ("", ""))], "t", "t CO2e a year"))
    of_axis = [one for one in root.iter(f"{SVG}text") if one.get("text-anchor") == "end"]
    assert of_axis
    for one in of_axis:
        units = sum({",": 651, ".": 651, "\N{MINUS SIGN}": 1716}.get(letter, 1303) for letter in one.text)
        assert float(one.get("x")) >= float(one.get("font-size")) * units / 2048


def test_a_range_is_a_whisker_from_low_to_high_and_a_bar_without_one_has_none():
    root = parse(bar_chart([Bar("a", 2.0, "2", 1.0, 4.0), Bar("b", 1.0, "1")], "t"))
    (whisker,) = [p for p in root.iter(f"{SVG}path") if p.get("class") == "whisker"]
    low, high = (
        float(re.match(r"M([\d.]+)", whisker.get("d"))[1]),
        float(re.search(r"H([\d.]+)", whisker.get("d"))[1]),
    )
    bar = root.find(f"{SVG}rect")
    x0, width = float(bar.get("x")), float(bar.get("width"))
    assert low == pytest.approx(x0 + width / 2, abs=0.1)
    assert high == pytest.approx(x0 + 2 * width, abs=0.1)


def test_a_value_before_payment_is_hollow_and_to_scale():
    root = parse(bar_chart([Bar("a", -3.0, "-3", before=1.0, before_shown="+1")], "t"))
    (hollow,) = [r for r in root.iter(f"{SVG}rect") if r.get("class") == "before"]
    (full,) = [r for r in root.iter(f"{SVG}rect") if r.get("class") is None]
    assert float(full.get("width")) == pytest.approx(3 * float(hollow.get("width")), rel=0.01)
    assert "+1" in hollow.find(f"{SVG}title").text


@given(st.lists(st.floats(-1e9, 1e9).map(lambda value: round(value, 6)), min_size=1, max_size=25))
def test_any_bars_stay_inside_the_picture(values):
    root = parse(bar_chart([Bar(str(n), v, f"{v:.3g}") for n, v in enumerate(values)], "t"))
    width = float(root.get("viewBox").split()[2])
    for rect in root.iter(f"{SVG}rect"):
        assert float(rect.get("x")) >= 0
        assert float(rect.get("x")) + float(rect.get("width")) <= width + 0.1


def test_lines_show_every_figure_and_leave_gaps_open():
    line = Line("gains", [1.0, None, 3.0, 4.0], ["1", "n/a", "3", "4"])
    root = parse(line_chart((2026, 2027, 2028, 2029), [line], "t", "US$ m"))
    titles = [c.find(f"{SVG}title").text for c in root.iter(f"{SVG}circle")]
    assert titles == ["gains, 2026: 1", "gains, 2028: 3", "gains, 2029: 4"]
    path = root.find(f"{SVG}path").get("d")
    assert path.count("M") == 2  # the pen is lifted over the year without a figure
    assert line_chart((2035,), [Line("x", [1.0], ["1"])], "t", "u") == ""


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_ticks_are_round_and_hold_the_range(low, span):
    ticks = nice_ticks(low, low + span)
    slack = 1e-6 * span + 1e-12 * abs(low)  # a narrow range far from zero is known to rounding only
    assert ticks[0] <= low + slack
    assert ticks[-1] >= low + span - slack
    assert 2 <= len(ticks) <= 8


def test_labels_at_the_ends_of_lines_do_not_overlap():
    lines = [Line(f"line {n}", [0.0, 1.0 + n / 1000], ["0", "1"]) for n in range(6)]
    root = parse(line_chart((2030, 2031), lines, "t", "u"))
    heights = sorted(float(t.get("y")) for t in root.iter(f"{SVG}text") if (t.text or "").startswith("line"))
    assert min(np.diff(heights)) >= 14.9


# -- projections


def test_equal_earth_has_the_published_frame_and_keeps_area():
    """Half-axes of 2.7066 and 1.3173 radii (Savric et al. 2019); the determinant is that of the sphere everywhere."""
    x, _ = calc_equal_earth(np.array([180.0]), np.array([0.0]))
    _, y = calc_equal_earth(np.array([0.0]), np.array([90.0]))
    assert x[0] == pytest.approx(2.7066, abs=1e-4)
    assert y[0] == pytest.approx(1.3173, abs=1e-4)
    for lat in (-60.0, 0.0, 45.0, 80.0):
        assert _area_scale(lambda lon, la: calc_equal_earth(lon, la), 30.0, lat) == pytest.approx(1, rel=1e-3)
        assert _area_scale(lambda lon, la: calc_azimuthal(lon, la, (10, 20)), 30.0, lat) == pytest.approx(
            1, rel=1e-3
        )


def _area_scale(project, lon, lat, d=1e-3):
    """Determinant of the projection over that of the sphere, by differences."""
    x, y = project(np.array([lon, lon + d, lon]), np.array([lat, lat, lat + d]))
    plane = (x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0])
    return plane / (math.radians(d) ** 2 * math.cos(math.radians(lat)))


def test_the_azimuthal_distance_is_that_of_the_chord():
    x, y = calc_azimuthal(np.array([90.0]), np.array([0.0]), (0.0, 0.0))
    assert (x[0], y[0]) == pytest.approx((math.sqrt(2), 0.0))


def test_a_line_follows_the_great_circle():
    lon, lat = calc_great_circle([(0.0, 60.0), (90.0, 60.0)])
    assert lat.max() == pytest.approx(
        math.degrees(math.atan(math.tan(math.radians(60)) * math.sqrt(2))), abs=0.05
    )
    lon, _ = calc_great_circle([(170.0, 0.0), (-170.0, 0.0)])
    assert (np.diff(lon) > 0).all()  # over the date line, not round the world


# -- maps


def test_classes_part_at_powers_of_ten_and_tell_losses_from_gains():
    classes = diverging_classes([0.002, -0.0008, float("nan")])
    assert classes.bounds == pytest.approx((1e-6, 1e-5, 1e-4, 1e-3))
    assert classes.colour(0.002) == COLOURS[-1]
    assert classes.colour(-0.0008) == COLOURS[1]
    assert classes.colour(0.0) == classes.colour(9e-7) == COLOURS[4]
    assert len(classes.spans) == len(COLOURS)
    assert diverging_classes([0.0, 0.0]).colour(0.0) == COLOURS[4]
    assert diverging_classes([-1e-16, 1e-7]).colour(1e-7) == COLOURS[4]


def test_colours_grow_darker_with_size_on_both_sides():
    """Relative luminance: whoever cannot tell hues still sees how strong a change is."""

    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    sizes = [luminance(colour) for colour in COLOURS]
    assert sizes[:5] == sorted(sizes[:5])
    assert sizes[4:] == sorted(sizes[4:], reverse=True)
    assert min(abs(np.diff(sizes))) > 0.03


# As docs.sights has them, and from the same source protanopia.
SIGHT = {
    "usual": SIGHTS["colour"],
    "grey": SIGHTS["grey"],
    "deuteranopia": SIGHTS["deuteranopia"],
    "protanopia": [
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998],
    ],
}  # fmt: skip
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


def seen(colour, sight):
    """A colour in CIELAB as eyes of a sight see it; a distance of 2.3 is just noticeable (CIE76)."""
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    x = TO_XYZ @ np.clip(np.array(SIGHT[sight]) @ linear, 0, 1) / WHITE
    f = np.where(x > (6 / 29) ** 3, np.cbrt(x), x / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("sight", SIGHT)
def test_classes_are_distinguished_by_colour_or_by_mark_in_every_sight(sight):
    """With one mark, by three times what is just noticeable at least (twice between neighbours, which stand beside a
    legend); else by the mark, which has the contrast that WCAG 2.2 asks of graphics (3 to 1) with its ground."""
    values = [-0.5, -0.05, -0.005, -0.0005, 0.0, 0.0005, 0.005, 0.05, 0.5]
    classes = diverging_classes([0.1])
    assert [classes.colour(value) for value in values] == list(COLOURS)
    marks = [mark_of(value, classes)[:4] for value in values]
    assert marks == ["loss"] * LOSSES + [""] * (len(COLOURS) - LOSSES)
    assert mark_of(None, classes) not in marks
    shown = [seen(colour, sight) for colour in COLOURS]
    for one in range(len(COLOURS)):
        for other in range(one):
            if marks[one] == marks[other]:
                least = (2 if one - other == 1 else 3) * 2.3
                assert np.linalg.norm(shown[one] - shown[other]) > least, (one, other)
    grounds = [*zip(COLOURS[:LOSSES], DOTS, strict=True), (NO_FIGURE, RULED)]
    assert min(contrast(*pair, sight) for pair in grounds) >= 3


def contrast(colour, other, sight):
    """Ratio of luminances as WCAG 2.2 defines it, as eyes of a sight see them; L* gives the luminance back."""
    light = sorted(((seen(one, sight)[0] + 16) / 116) ** 3 for one in (colour, other))
    return (light[1] + 0.05) / (light[0] + 0.05)


@pytest.mark.parametrize("sight", [name for name in SIGHT if name != "grey"])
def test_no_figure_and_every_class_are_distinguished_by_all_eyes(sight):
    """Six times what is just noticeable from no figure, twice between neighbours, which stand beside a legend."""
    classes = [seen(colour, sight) for colour in COLOURS]
    nothing = seen(NO_FIGURE, sight)
    assert min(np.linalg.norm(one - nothing) for one in classes) > 6 * 2.3
    assert min(np.linalg.norm(one - other) for one, other in pairwise(classes)) > 2 * 2.3
    assert all(np.linalg.norm(classes[k] - classes[8 - k]) > 4 * 2.3 for k in range(4))  # a loss is no gain


def test_each_economy_has_the_colour_of_its_value_and_says_it():
    classes = diverging_classes([0.01, -0.2])
    paints = {
        "KAZ": Paint(f"{NASTY}: +1 %", 0.01),
        "SGP": Paint("Singapore: -20 %", -0.2),
        "IRN": Paint("Iran: no figure"),
        "CHN": Paint("China: +1 %", 0.01, hatched=True),
    }
    root = parse(world_map(load_map(), paints, classes, Marks(), "t"))
    fills = {
        e.find(f"{SVG}title").text: e.get("fill") for e in root.iter() if e.find(f"{SVG}title") is not None
    }
    assert fills[f"{NASTY}: +1 %"] == classes.colour(0.01)
    assert fills["Iran: no figure"] not in COLOURS
    (dot,) = root.findall(f"{SVG}circle")
    assert dot.find(f"{SVG}title").text == "Singapore: -20 %"
    assert dot.get("fill") == classes.colour(-0.2)
    assert len([p for p in root.iter(f"{SVG}path") if p.get("fill", "").startswith("url(#estimated-")]) == 1
    hatched = [e for e in root.iter(f"{SVG}path") if e.get("fill", "").startswith("url(#disputed-")]
    assert len(hatched) >= 1


def test_the_region_shows_lines_places_and_each_number_once():
    marks = Marks(
        routes=(
            Route(1, f"1. {NASTY}", ((76.0, 39.5), (72.8, 40.9)), "rail"),
            Route(1, "1. again", ((72.8, 40.9), (72.3, 40.8)), "rail", upgrade=True),
            Route(3, "3. later", ((74.0, 42.0), (76.0, 43.0)), "road", pale=True),
        ),
        places=(Place(2, "2. gate", 80.2, 44.2, "crossing"), Place(4, "4. port", 51.2, 43.6, "port")),
        names={"KAZ": "Kazakhstan"},
    )
    root = parse(region_map(load_map(), marks, "t"))
    assert sorted(t for t in texts(root) if t.isdigit()) == ["1", "2", "3", "4"]
    assert "Kazakhstan" in texts(root)
    titles = {e.find(f"{SVG}title").text for e in root.iter() if e.find(f"{SVG}title") is not None}
    assert {f"1. {NASTY}", "2. gate", "3. later", "4. port"} <= titles
    assert region_map(load_map(), Marks(), "nothing has a place") == ""


def test_a_programme_at_the_antipode_is_drawn_without_the_world_inside_out():
    marks = Marks(routes=(Route(1, "1. line", ((-70.0, -33.0), (-65.0, -35.0)), "rail"),))
    root = parse(region_map(load_map(), marks, "t"))
    width, height = (float(v) for v in root.get("viewBox").split()[2:])
    for path in root.iter(f"{SVG}path"):
        start = re.match(r"M(-?\d+)[ ]?(-?\d+)", path.get("d"))
        if start and path.get("fill", "").startswith("#"):
            assert abs(float(start[1])) < 40 * width
            assert abs(float(start[2])) < 40 * height


SMALL = {
    "KGZ": "Kyrgyzstan", "TJK": "Tajikistan", "ARM": "Armenia", "AZE": "Azerbaijan", "GEO": "Georgia",
    "UZB": "Uzbekistan", "TKM": "Turkmenistan", "KAZ": "Kazakhstan", "AFG": "Afghanistan", "PAK": "Pakistan",
}  # fmt: skip


def test_close_by_small_economies_are_large_enough_and_no_two_names_touch():
    """A report is 1,160 px wide; 24 px is the least that WCAG 2.2 lets one point at."""
    ends = ((19.0, 47.5), (135.0, 34.7), (39.7, -4.0))  # Budapest, Osaka, Mombasa
    marks = Marks(places=tuple(Place(k, str(k), *end, "site") for k, end in enumerate(ends, 1)), names=SMALL)
    paints = {code: Paint(name, 0.01) for code, name in SMALL.items()}
    root = parse(close_map(load_map(), paints, diverging_classes([0.01]), marks, "t"))
    scale = 1160 / float(root.get("viewBox").split()[2])
    for code in ("KGZ", "TJK", "ARM", "AZE", "GEO"):
        drawn = [e.get("d") for e in root.iter(f"{SVG}path") if e.findtext(f"{SVG}title") == SMALL[code]]
        assert scale * max(extent(d) for d in drawn) >= 24, code
    labels = [e for e in root.iter(f"{SVG}text") if e.text in SMALL.values()]
    assert len(labels) >= 8  # a name that has no room is left out
    boxes = [(float(e.get("x")), float(e.get("y")), 10.5 * len(e.text), 20.0) for e in labels]
    for k, (x, y, width, height) in enumerate(boxes):
        for x2, y2, width2, height2 in boxes[:k]:
            assert abs(x - x2) >= (width + width2) / 2 or abs(y - y2) >= (height + height2) / 2
    assert close_map(load_map(), {}, diverging_classes([0.01]), Marks(), "nothing has a place") == ""


def extent(d):
    """The larger side of the box around the largest part of a path in steps."""
    sizes = []
    for part in re.findall(r"l([^Mz]*)", d):
        steps = np.array(re.findall(r"-?\d+", part), float).reshape(-1, 2)
        sizes.append(np.ptp(np.vstack([[0, 0], np.cumsum(steps, axis=0)]), axis=0).max())
    return max(sizes, default=0.0)


def test_an_item_far_from_the_others_does_not_stretch_the_map():
    near = [Place(n, f"{n}", 60.0 + n, 40.0, "site") for n in range(1, 9)]
    inside, outside = main_region(Marks(places=(*near, Place(9, "9", -77.0, -11.6, "port"))))
    assert outside == (9,)
    assert len(inside.places) == 8
    assert main_region(Marks(places=tuple(near)))[1] == ()
    assert main_region(Marks()) == (Marks(), ())


def test_bars_of_a_page_are_drawn_and_stand_as_a_table():
    """What has no figure has no bar, and says so in the table."""
    bars = Bars(
        "Income", "fraction", "people", ("tenth 1", "tenth 2", "tenth 3"), (0.02, -0.01, float("nan"))
    )
    drawn = draw_chart(bars)
    assert drawn.count("<rect") == 2
    assert "+2.0" in drawn or "+2" in drawn
    table = twin_of(bars)
    assert table.heads == ("people", "%")
    assert [row[0] for row in table.rows] == list(bars.labels)
    assert table.rows[2][1] == "n/a"
