"""docs/equilibrium.md names every result, every shock and every rule, and nothing that is not there."""

import re
from dataclasses import fields
from pathlib import Path

from samarkand.engines import equilibrium
from samarkand.engines.equilibrium import DEFICIT_RULES, Certificate, Shock, measures, value_chains

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "equilibrium.md").read_text(encoding="utf-8")


def own_functions(module):
    return {
        name
        for name, thing in vars(module).items()
        if name.startswith("calc_") and getattr(thing, "__module__", "") == module.__name__
    }


def test_every_result_is_described():
    named = set(re.findall(r"`(calc_\w+)`", PAGE))
    assert own_functions(measures) | own_functions(value_chains) <= named


def test_nothing_is_described_that_is_not_there():
    known = own_functions(measures) | own_functions(value_chains) | set(equilibrium.__all__)
    called = set(re.findall(r"\b(calc_\w+|find_\w+|solve\w*|verify|exposure)\b\(", PAGE))
    named = set(re.findall(r"`(calc_\w+)`", PAGE))
    assert (called | named) - known == set()


def test_every_shock_rule_and_residual_is_described():
    words = [field.name for field in (*fields(Shock), *fields(Certificate))]
    missing = [word for word in (*words, *DEFICIT_RULES) if f"`{word}`" not in PAGE]
    assert missing == []
