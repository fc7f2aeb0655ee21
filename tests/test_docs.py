"""Docs fail the build when a generated page is out of date or a link leads nowhere."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def _generate():
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "name",
    [
        "commands.md",
        "elasticities.md",
        "indicators.md",
        "ledger.md",
        "map.md",
        "network-tables.md",
        "parameters.md",
        "programmes.md",
        "units.md",
    ],
)
def test_generated_pages_are_up_to_date(name):
    page = _generate().PAGES[name]()
    assert (ROOT / "docs" / name).read_text() == page, "run `make docs`"


def test_every_generated_page_is_tested():
    assert sorted(_generate().PAGES) == [
        "commands.md",
        "elasticities.md",
        "indicators.md",
        "ledger.md",
        "map.md",
        "network-tables.md",
        "parameters.md",
        "programme.md",
        "programmes.md",
        "units.md",
    ]


@pytest.mark.parametrize(
    "page",
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))],
    ids=lambda p: p.name,
)
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text()):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"
