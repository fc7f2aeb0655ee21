"""The report as a reader meets it: the answer first, losers as plain as winners, figures as in the tables."""

import re
import shutil
import subprocess
from html import unescape
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path

import pytest
from docs.chromium import accessibility, find_chromium, framed, probe, run_chromium

import samarkand as sk
from samarkand.reports.figures import figure, money
from samarkand.reports.html import render_report
from samarkand.reports.maps import COLOURS
from samarkand.reports.summary import in_general, summarise
from samarkand.reports.view import ReportView
from soaking import ALL
from toy import make_toy_world, toy_programme

browser = pytest.mark.skipif(find_chromium() is None, reason="chromium is not installed")


@pytest.fixture(scope="module")
def page(appraisal):
    return render_report(appraisal)


@pytest.fixture(scope="module")
def view(appraisal):
    return ReportView(appraisal)


def words(html):
    """The words of a piece of HTML as a reader sees them."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def section(page, name):
    return page[page.index(f'<section id="{name}"') :].split("</section>")[0]


def cells(table):
    """Rows of the first table of a piece of HTML."""
    body = table[table.index("<tbody>") : table.index("</tbody>")]
    return [[words(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
            for row in re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.DOTALL)]  # fmt: skip


# -- figures as shown


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (-1030.13, "US$ m", "\N{MINUS SIGN}1,030"),
        (785.8, "US$ m", "+786"),
        (26.94, "US$ m", "+27"),
        (0.6, "US$ m", "+0.60"),
        (0.04, "US$ m", "under +0.1"),
        (-0.04, "US$ m", "above \N{MINUS SIGN}0.1"),
        (-0.002, "fraction", "\N{MINUS SIGN}0.20"),
        (6.12e-6, "fraction", "+0.0006"),
        (6.1e-5, "fraction", "+0.0061"),
        (1e-8, "fraction", "under +0.0001"),
        (0.0, "US$ m", "0"),
        (-3e-9, "US$ m", "0"),
        (-2e-16, "fraction", "0"),
        (9.96, "US$ m", "+10"),
        (99.6, "US$ m", "+100"),
        (12345.0, "US$ m", "+12,300"),
        (None, "US$ m", "n/a"),
        (float("nan"), "fraction", "n/a"),
    ],
)
def test_figures_have_two_or_three_digits_and_missing_is_no_zero(value, unit, shown):
    assert figure(value, unit, sign=True) == shown


@pytest.mark.parametrize(
    ("millions", "shown"),
    [
        (1686.2, "US$ 1.69 bn"),
        (-1030.1, "\N{MINUS SIGN}US$ 1.03 bn"),
        (26.9, "US$ 27 m"),
        (2.4e6, "US$ 2.40 tn"),
    ],
)
def test_money_in_sentences(millions, shown):
    assert money(millions) == shown


# -- the first two screens


def test_the_answer_names_gains_losses_and_payments_apart(page, appraisal):
    s = summarise(appraisal)
    answer = words(section(page, "answer"))
    for amount in (
        money(s.gains),
        money(-s.losses),
        money(float(s.cost.sum())),
        money(s.world_gain, sign=True),
    ):
        assert amount in answer
    for group in (s.gainers, s.losers, s.payers):
        assert appraisal.world.names[group.index[0]] in answer


def test_losers_are_listed_like_winners(page):
    answer = section(page, "answer")
    gains = answer[answer.index("Who gains") : answer.index("Who loses")]
    losses = answer[answer.index("Who loses") : answer.index("Who pays")]
    assert len(cells(gains)) == len(cells(losses)) == 6  # five by name, all others as one
    assert all(len(row) == 4 for row in cells(gains) + cells(losses))


def test_what_is_missing_stands_before_the_map_with_its_reason(page, view, appraisal):
    text = words(section(page, "standing"))
    assert "What is estimated" in text
    for reason, what, _ in view.missing[:5]:
        assert reason in text
        assert " ".join(what.split()) in text
    listed = words(section(page, "missing"))
    for gap in appraisal.not_assessed:
        assert " ".join(gap.reason.split()) in listed


def test_a_programme_without_effect_is_neither_red_nor_green(world, tmp_path):
    """Rounding of the arithmetic, 1e-16 of income, is not shown as anybody's loss."""
    import samarkand as sk

    path = tmp_path / "quiet.toml"
    path.write_text(
        '[programme]\nid = "quiet"\ntitle = "Quiet"\n\n[[measure]]\nid = "festival"\ntitle = "A festival"\n'
        'kind = "cultural_exchange"\neconomies = ["KAZ", "CHN"]\nstatus = "in_service"\n'
        'opening = { date = 2024, source = "made up for this test" }\n'
    )
    quiet = render_report(sk.appraise(path, world))
    assert "No economy gains; none loses." in words(section(quiet, "answer"))
    fills = re.findall(r'fill="(#[0-9a-f]{6})"', section(quiet, "map").split("<ul")[0])
    assert not set(fills) & {colour for number, colour in enumerate(COLOURS) if number != 4}
    for row in cells(section(quiet, "economies")):
        assert set(row[1:]) <= {"0", "n/a"}, row


# -- figures and their tables


def test_an_amount_does_not_break_at_the_end_of_a_line(page):
    assert re.search("US\\$\N{NO-BREAK SPACE}[\\d.,]+\N{NO-BREAK SPACE}bn", page)
    assert not re.search(r"US\$ [\d.,]+ (m|bn|tn)\b", page)


def test_the_map_says_what_the_table_says(page, view, appraisal):
    table = {row[0].removesuffix(" *"): row for row in cells(section(page, "economies"))}
    assert len(table) == len(appraisal.world.labels)
    titles = re.findall(r"<title>([^<]+): ([^<]+) %, US\$ m ([^<]+) a year</title>", section(page, "map"))
    drawn = {unescape(name): (unescape(share), unescape(value)) for name, share, value in titles}
    assert set(drawn) == {view.name(code) for code in appraisal.world.economies}
    for name, (share, value) in drawn.items():
        assert table[name][1:3] == [value, share]


def test_bars_say_what_their_tables_say(page, view):
    charts = section(page, "movers").split("<figure>")[1:]
    assert len(charts) == 2
    for chart, bars in zip(charts, view.bars, strict=True):
        rows = cells(chart[chart.index("<details") :])
        texts = [unescape(t) for t in re.findall(r"<text[^>]*>([^<]*)</text>", chart)]
        assert [text for row in rows for text in (row[0], row[2])] == texts
        hollow = [unescape(t) for t in re.findall(r"before payment: ([^<]*)</title>", chart)]
        assert [row[1] for row in rows] == hollow
        assert len(rows) == len(bars.rows)


def test_years_appear_when_several_are_asked_and_lines_say_what_their_tables_say(world):
    import samarkand as sk

    years = (2026, 2030)
    page = render_report(sk.appraise("eurasian-corridors", world, years=years))
    charts = section(page, "years").split("<figure>")[1:]
    assert len(charts) == 2
    for chart in charts:
        rows = cells(chart[chart.index("<table") :])
        assert [row[0] for row in rows] == [str(year) for year in years]
        points = [unescape(t) for t in re.findall(r"<title>[^<]*, \d+: ([^<]*)</title>", chart)]
        by_line = [points[i : i + len(years)] for i in range(0, len(points), len(years))]
        assert [list(column) for column in zip(*[row[1:] for row in rows], strict=True)] == by_line


def test_one_year_has_no_section_of_years(page):
    assert 'id="years"' not in page


def test_the_unit_stands_in_the_heading_and_not_in_the_cells(page):
    for row in cells(section(page, "economies")):
        assert not any("US$" in cell or "%" in cell for cell in row[1:])


def test_every_item_stands_in_the_table_with_its_number(page, view, appraisal):
    rows = [row for corridor in view.corridors for row in corridor.rows]
    assert [row.number for row in rows if row.assessed or not row.assessed]
    assert sorted(row.number for row in rows) == list(range(1, len(appraisal.programme.items) + 1))
    text = words(section(page, "programme"))
    for item in appraisal.programme.items:
        assert " ".join(item.title.split()) in text


def test_a_corridor_without_known_capex_has_no_sum_of_zero(view):
    for corridor in view.corridors:
        if all(row.capex == "unknown" for row in corridor.rows):
            assert corridor.capex == "\N{EN DASH}"


def test_charges_of_the_items_add_up_to_what_is_charged(view, appraisal):
    from samarkand.programme.channels.payment import annual_costs

    total = 0.0
    for item in appraisal.programme.items:
        costs, _ = annual_costs(
            appraisal.programme, [item], view.change.effective, appraisal.assumptions.parameters,
            appraisal.world.labels,
        )  # fmt: skip
        total += sum(costs.values())
    assert total == pytest.approx(view.summary.cost.sum())


@pytest.mark.parametrize(
    ("reason", "general"),
    [
        ("not charged: who bears 42.5% is not published", "not charged: who bears a part is not published"),
        ("not charged: capex of US$ 4,600 m, but no assessed effect to set against it",
         "not charged: capex, but no assessed effect to set against it"),
        ("not assessed: no speed is published for M-12", "not assessed: no speed is published"),
        ("not assessable: no baseline tariff", "not assessable: no baseline tariff"),
    ],
)  # fmt: skip
def test_like_reasons_stand_together(reason, general):
    assert in_general(reason) == general


# -- the page


class Outline(HTMLParser):
    """Checks that elements close in the order in which they opened."""

    VOID = frozenset(("meta", "br", "link", "input"))

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_whole_and_every_anchor_leads_somewhere(page):
    outline = Outline()
    outline.feed(page)
    assert outline.open == []
    for target in set(re.findall(r'href="#([^"]+)"', page)):
        assert f'id="{target}"' in page
    assert page.count("<svg") == page.count("</svg>")
    for picture in re.findall(r"<svg[^>]*>", page):
        assert "aria-label=" in picture or 'aria-hidden="true"' in picture


def test_the_page_names_its_sources_and_disclaims_boundaries(page, appraisal):
    for row in appraisal.world.sources:
        assert row["licence"] in unescape(page)
    assert "Made with Natural Earth" in page
    assert page.count("imply no opinion on the legal status") >= 2


def test_the_page_has_no_source_outside(page):
    assert not re.search(r"<(link|img|iframe)\b|<script src|@import|url\((?!#)", page)


@browser
@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 400])
def test_a_browser_asks_nothing_of_the_network_and_nothing_is_wider_than_the_page(page, tmp_path, width):
    seen = probe(page, tmp_path, width)
    assert seen["width"] == width
    assert seen["asked"] == []
    assert seen["wide"] == []
    assert seen["page"] <= width
    if width == 1280:
        assert seen["scrolled"] == []  # on a desk nothing hides behind a scroll bar
        assert seen["answer"] <= 880  # the answer, with what is gained beside trade, on the first screen,
        assert seen["missing"] <= 1600  # what is estimated and missing by the end of the second


@browser
@pytest.mark.slow
def test_the_probe_sees_what_is_asked_and_what_is_too_wide(page, tmp_path):
    """The test above can fail."""
    spoilt = page.replace(
        "</main>", '<img src="http://example.invalid/x.png"><div style="width:3000px">x</div></main>'
    )
    seen = probe(spoilt, tmp_path, 1280)
    assert any("example.invalid" in address for address in seen["asked"])
    assert seen["wide"]
    assert seen["page"] > 1280


AXE = find_spec("axe_core_python")
axe = pytest.mark.skipif(
    AXE is None, reason="axe-core-python is not installed: pip install 'samarkand[test]'"
)


def findings(page, tmp_path, width):
    script = (Path(AXE.origin).parent / "axe.min.js").read_text(encoding="utf-8")
    return accessibility(page, script, tmp_path, width)


@pytest.fixture(scope="module")
def small_page():
    """The report of the toy world: the same parts with fewer rows, which a browser has read in a tenth of the time."""
    world = make_toy_world()
    return render_report(sk.appraise(toy_programme(world), world, years=(2030, 2035)))


@browser
@axe
@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(small_page, tmp_path, width):
    assert findings(small_page, tmp_path, width) == []


@browser
@axe
@pytest.mark.soak
@pytest.mark.skipif(not ALL, reason="the whole report takes half a minute: make soak")
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_in_the_whole_report(page, tmp_path, width):
    assert findings(page, tmp_path, width) == []


@browser
@axe
@pytest.mark.slow
def test_axe_finds_what_is_wrong(small_page, tmp_path):
    """The test above can fail."""
    spoilt = small_page.replace("</main>", '<img src="data:,"><p style="color:#ddd">pale</p></main>')
    assert {"image-alt", "color-contrast"} <= {one["rule"] for one in findings(spoilt, tmp_path, 1280)}


@browser
@pytest.mark.slow
def test_an_economy_is_found_by_name_or_code(small_page, tmp_path):
    """What the box leaves of the table of every economy, for words typed into it."""
    script = """<script>addEventListener("load", function () {
      var input = document.querySelector(".find input"), seen = {};
      ["kaz", "KGZ", "po", "nowhere", ""].forEach(function (word) {
        input.value = word; input.dispatchEvent(new Event("input"));
        var rows = Array.from(document.querySelector("#economies table.sortable").tBodies[0].rows);
        seen[word] = rows.filter(function (row) { return getComputedStyle(row).display !== "none"; })
          .map(function (row) { return row.dataset.code; });
      });
      parent.postMessage(JSON.stringify(seen), "*");
    });</script>"""
    seen = framed(small_page, script, tmp_path, 1280)
    assert [seen[word] for word in ("kaz", "KGZ", "po", "nowhere")] == [["KAZ"], ["KGZ"], ["POL"], []]
    assert len(seen[""]) == 7


def printed(page, tmp_path):
    """The sheets of paper that the browser prints, as laid out text."""
    source, sheets = tmp_path / "page.html", tmp_path / "page.pdf"
    source.write_text(page, encoding="utf-8")
    run_chromium("--no-pdf-header-footer", f"--print-to-pdf={sheets}", source.as_uri())
    text = subprocess.run(
        ["pdftotext", "-layout", sheets, "-"], capture_output=True, text=True, check=True
    ).stdout
    return text.split("\f")[:-1]


@browser
@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")
def test_on_paper_the_answer_is_one_sheet_and_heads_of_tables_repeat(page, view, tmp_path):
    sheets = printed(page, tmp_path)
    for heading in ("Who gains", "Who loses", "Who pays", "What is estimated", "What is missing, and why"):
        assert heading in sheets[0]
    assert "Where income changes" not in sheets[0]
    boxes = next(line for line in sheets[0].splitlines() if "Who gains" in line)
    assert "Who pays" in boxes  # side by side, as on a desk
    names = {view.name(code) for code in view.economies}
    of_economies = [
        sheet for sheet in sheets if sum(line[:22].strip(" *") in names for line in sheet.splitlines()) > 25
    ]
    assert len(of_economies) >= 4
    assert all(any(line.startswith("Economy") for line in sheet.splitlines()) for sheet in of_economies)
    assert all(f"{number} / {len(sheets)}" in sheet for number, sheet in enumerate(sheets, 1))
    # Tables of evidence, parameters and indicators are two thirds of them; each priority adds two to four.
    assert len(sheets) <= 90  # five of seven priorities, each with its parameters and sources
