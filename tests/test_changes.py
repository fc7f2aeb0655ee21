"""What is unreleased stands in `changes/`, a file for each change, and towncrier makes the changelog of them."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DECLARED = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["towncrier"]
TITLES = {row["directory"]: row["name"] for row in DECLARED["type"]}
FRAGMENTS = [
    path for path in sorted((ROOT / DECLARED["directory"]).iterdir()) if path != ROOT / DECLARED["template"]
]

SENTENCE_END = re.compile(r"[.!?:][*_`)\"]*$")  # a colon where a list or a table follows
NO_SIZE = re.compile(r"`[^`]*`|\b(?:19|20)\d\d\b")  # digits of names and of years


def faults_of(name: str, text: str) -> list[str]:
    """All that is wrong with a fragment."""
    kind = re.fullmatch(rf"[a-z0-9-]+\.({'|'.join(TITLES)})\.md", name)
    found = [] if kind else [f"is not NAME.TYPE.md with a type of {', '.join(TITLES)}"]
    first, *_ = re.split(r"\n\s*\n|\n(?=[-*|] ?)", text.strip())
    if not first:
        return [*found, "is empty"]
    if not SENTENCE_END.search(first):
        found.append("its first sentence does not end")
    if kind and kind[1] == "results" and not re.search(r"\d", NO_SIZE.sub("", text)):
        found.append("names results that change and no size")
    return found


def test_every_change_is_said_in_sentences_and_results_with_their_size():
    assert {
        path.name: faults
        for path in FRAGMENTS
        if (faults := faults_of(path.name, path.read_text(encoding="utf-8")))
    } == {}


@pytest.mark.parametrize(
    ("name", "text", "faults"),
    [
        ("a.feature.md", "More `a.b`, and (as before)\nall else.", 0),
        ("a.feature.md", "**Names.** They change:\n\n| a | b |\n|---|---|", 0),
        ("a.results.md", "Exports of Kazakhstan fall by 0.2 %.", 0),
        ("a.results.md", "In 2035 exports fall, as `calc_2` says.", 1),
        ("a.results.md", "Exports fall", 2),
        ("a.feature.md", "More ports\n- one.", 1),
        ("a.feature.md", " \n", 1),
        ("a.news.md", "Exports.", 1),
        ("a.feature.txt", "", 2),
        ("feature.md", "Exports.", 1),
    ],
)
def test_a_fragment_is_held_against_the_rules(name: str, text: str, faults: int):
    assert len(faults_of(name, text)) == faults


def test_the_draft_has_every_change_under_the_title_of_its_type():
    draft = subprocess.run(
        [sys.executable, "-m", "towncrier", "build", "--draft", "--version", "0"],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert draft.returncode == 0, draft.stderr
    title, *sections = re.split(r"^### ", draft.stdout, flags=re.MULTILINE)
    assert title.startswith("## 0 (")
    rendered = {name: " ".join(body.split()) for name, _, body in (part.partition("\n") for part in sections)}
    for path in FRAGMENTS:
        text = " ".join(path.read_text(encoding="utf-8").split())
        assert f"- {text}" in rendered[TITLES[path.name.split(".")[1]]], path.name


def test_a_release_is_put_above_those_before():
    """Where the start is not found, towncrier writes above the title of the changelog."""
    before, start, after = (
        (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").partition(DECLARED["start_string"])
    )
    assert start
    assert before.startswith("# Changelog\n")
    assert "\n## " not in before
    assert after.lstrip().startswith("## ")
