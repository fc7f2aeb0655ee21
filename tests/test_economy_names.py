"""Economies as people write them: names, other names, codes of two and three letters, misspelt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samarkand.core.faults import Faults
from samarkand.world.economies.naming import economy_named, find_economy
from samarkand.world.economies.tables import economy_names

WRITTEN = {
    "KGZ": "KGZ", "kgz": "KGZ", " kg ": "KGZ", "Kyrgyzstan": "KGZ", "Kyrgyz Republic": "KGZ", "Kyrgistan": "KGZ",
    "Turkey": "TUR", "Türkiye": "TUR", "turkiye": "TUR",
    "Viet Nam": "VNM", "cote d'ivoire": "CIV", "CÔTE D IVOIRE": "CIV",
    "UK": "GBR", "GB": "GBR", "Kazakstan": "KAZ", "Uzbekstan": "UZB", "Kosovo": "XKX", "XK": "XKX", "Niger": "NER",
}  # fmt: skip


@pytest.mark.parametrize(("written", "code"), WRITTEN.items())
def test_an_economy_is_found_however_it_is_written(written: str, code: str):
    assert find_economy(written, economy_names()) == code


@pytest.mark.parametrize(
    ("written", "near"),
    [("Nigera", "Nigeria or Niger"), ("Korea", "South Korea"), ("Austrlia", "Australia or Austria"), ("Irak", "Iraq")],
)  # fmt: skip
def test_what_is_like_several_is_a_fault_that_names_them(written: str, near: str):
    with pytest.raises(Faults, match=near):
        find_economy(written, economy_names())


@pytest.mark.parametrize("written", ["", " ", "Atlantis and Lemuria", "%", "\0", "x" * 1000])
def test_what_is_no_economy_says_what_to_write(written: str):
    with pytest.raises(Faults, match="is no economy"):
        find_economy(written, economy_names())


def test_an_economy_that_the_world_lacks_is_named():
    with pytest.raises(Faults, match="is Kyrgyzstan, which is not among the economies here"):
        find_economy("KG", {"KAZ": "Kazakhstan"})


@given(st.sampled_from(sorted(economy_names())), st.data())
def test_every_name_and_code_is_its_own_economy(code: str, data: st.DataObject):
    name = economy_names()[code]
    written = data.draw(st.sampled_from([code, code.lower(), name, name.upper(), f"  {name} "]))
    assert find_economy(written, economy_names()) == code
    assert economy_named(name) == code


def test_a_file_guesses_nothing():
    assert economy_named("Kyrgistan") is None
    assert economy_named("KG") is None
