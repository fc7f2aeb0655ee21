"""Packages of OC4IDS: our declared fields against the official schema, and what is wrong with bad packages."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from oc4ids_cases import OFFICIAL, changed, made_package, official_example
from samarkand.core.faults import FaultList
from samarkand.programme.files.oc4ids.canonical import canonical
from samarkand.programme.files.oc4ids.reading import LARGEST_FILE, parse, read_bytes
from samarkand.programme.files.oc4ids.validation import DEEPEST, check_package, content_faults, schema_faults
from soaking import cases

HAS_SCHEMA = pytest.mark.skipif(not OFFICIAL.is_dir(), reason=f"the official schema is not at {OFFICIAL}")


def faults_of(content: bytes) -> list[str]:
    faults = FaultList()
    found = parse(content, "p.json", faults)
    if found is not None:
        check_package(found, "p.json", faults)
    return [str(one) for one in faults]


def encoded(package: Any) -> bytes:
    return json.dumps(package).encode()


@pytest.fixture(scope="module")
def official():
    """The official schema, as jsonschema reads it."""
    reason = "jsonschema is not installed: pip install 'samarkand[test]'"
    jsonschema = pytest.importorskip("jsonschema", reason=reason)
    referencing = pytest.importorskip("referencing", reason=reason)
    whole, project = (
        json.loads((OFFICIAL / f"{name}-schema.json").read_text(encoding="utf-8"))
        for name in ("project-package", "project")
    )
    known = referencing.Registry().with_resource(project["id"], referencing.Resource.from_contents(project))
    draft = jsonschema.Draft4Validator
    return draft(whole, registry=known, format_checker=draft.FORMAT_CHECKER)


def official_pointers(official: Any, package: Any) -> set[str]:
    return {
        "".join(f"/{str(key).replace('~', '~0').replace('/', '~1')}" for key in error.absolute_path)
        for error in official.iter_errors(package)
    }


@HAS_SCHEMA
def test_the_official_example_is_without_fault(official):
    assert faults_of((OFFICIAL / "example.json").read_bytes()) == []
    assert official_pointers(official, official_example()) == set()
    assert official_pointers(official, made_package()) == set()


@HAS_SCHEMA
@pytest.mark.soak
def test_a_thousand_changed_packages_have_faults_where_the_official_schema_has_them(official):
    """By pointer, not only by yes or no. A thousand by `make soak`, a tenth of them else."""
    different, faulty = {}, 0
    for seed in cases(1000):
        package = changed(official_example() if seed % 4 else made_package(), seed)
        ours, theirs = {one.pointer for one in schema_faults(package)}, official_pointers(official, package)
        faulty += bool(theirs)
        if ours != theirs:
            different[seed] = sorted(ours ^ theirs)
    assert different == {}
    assert faulty > 0.5 * len(cases(1000)), "most changes break something"


def test_the_made_up_package_is_without_fault():
    assert faults_of(encoded(made_package())) == []


def at(package: dict[str, Any], *path: Any) -> Any:
    for key in path:
        package = package[key]
    return package


CORRUPTED = [
    (("version",), "0.8", "/version: is version 0.8"),
    (("version",), "next", "/version: 'next' is no version"),
    (("projects", 0, "status"), "building", "/projects/0/status: 'building' is no code of projectStatus"),
    (("projects", 0, "budget", "amount", "currency"), "EURO", "/currency: 'EURO' is no code of currency"),
    (("projects", 0, "period", "endDate"), "2020-01-01T00:00:00Z", "/period/endDate: 2020-01-01 comes before"),
    (("projects", 0, "budget", "amount", "amount"), 1e9, "budgetBreakdowns/0: adds up to 2,000,000,000.00 USD"),
    (("projects", 0, "milestones", 1, "dateMet"), "2029-01-01T00:00:00Z", "/milestones/1/status: is 'scheduled'"),
    (("projects", 0, "period", "startDate"), "1 May 2024", "/period/startDate: '1 May 2024' is no day"),
    (("projects", 0, "parties"), {}, "/projects/0/parties: is an object, not a list"),
    (("projects", 0, "documents", 0), {"documentType": "x"}, "/documents/0: has no id, which Document needs"),
    (("projects", 0, "locations", 0, "geometry", "coordinates"), ["x"], "/coordinates/0: is a text, not a number"),
    (("uri",), "package", "/uri: 'package' is no URI"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "said"), CORRUPTED)
def test_a_corrupted_package_has_a_fault_with_its_place(path, value, said):
    package = made_package()
    at(package, *path[:-1])[path[-1]] = value
    found = faults_of(encoded(package))
    assert len(found) == 1
    assert said in found[0]


def test_all_that_is_wrong_is_told_at_once():
    package = made_package()
    # All but a version that is none, and two that would hide others: a currency of the sum, a start of the days.
    together = [one for number, one in enumerate(CORRUPTED) if number not in (1, 3, 7)]
    for path, value, _ in together:
        at(package, *path[:-1])[path[-1]] = value
    package["projects"].append(made_package()["projects"][0])
    told = "\n".join(faults_of(encoded(package)))
    for _, _, said in together:
        assert said in told
    assert "/projects/1/id: is the id of /projects/0 too" in told


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"a": 1, "a": 2}', "names the key a twice"),
        (b'{"a": NaN}', "NaN is no number"),
        (b'{"a": 1e999}', "no number that a double holds"),
        (b'{"a": ', "cut short"),
        (b'{"a": "\xff"}', "not UTF-8 at byte 7"),
        (b"[" * 200_000, "nested too deeply"),
        (
            b'{"uri": ' + b"[" * (DEEPEST + 2) + b"]" * (DEEPEST + 2) + b"}",
            f"nested more than {DEEPEST} deep",
        ),
        (b"[]", "(the whole): is a list, not an object"),
        (b"", "cut short"),
    ],
)
def test_what_is_no_package_is_a_fault(content, said):
    (found,) = faults_of(content)
    assert said in found


def test_a_file_of_200_mb_is_not_read(tmp_path: Path):
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(200_000_000)  # a hole: it takes no room on the disk
    tracemalloc.start()
    faults = FaultList()
    assert read_bytes(path, faults) == b""
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < LARGEST_FILE / 100
    assert "has 200,000,000 bytes" in str(*faults)


def test_many_faults_are_listed_up_to_a_limit_and_counted():
    package = made_package()
    package["projects"][0]["sector"] = [""] * 1 + list(range(5_000))
    found = faults_of(encoded(package))
    assert len(found) == 1_001
    assert "more faults" in found[-1]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        # The samples of RFC 8785, appendix B, and the boundaries of ECMAScript's notation.
        (0.0, "0"), (-0.0, "0"), (5e-324, "5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"),
        (9007199254740992.0, "9007199254740992"), (295147905179352830000.0, "295147905179352830000"),
        (9.999999999999997e22, "9.999999999999997e+22"), (1e23, "1e+23"), (1e21, "1e+21"),
        (999999999999999700000.0, "999999999999999700000"), (333333333.3333332, "333333333.3333332"),
        (1e-6, "0.000001"), (1e-7, "1e-7"),
        (-0.0000033333333333333333, "-0.0000033333333333333333"), (0.00125, "0.00125"),
        ({"\u20ac": 1, "\r": 2, "1": 3, "\U0001f600": 4, "\ufb33": 5},
         '{"\\r":2,"1":3,"\u20ac":1,"\U0001f600":4,"\ufb33":5}'),
        ([True, None, "a\n\u00e9"], '[true,null,"a\\n\u00e9"]'),
    ],
)  # fmt: skip
def test_numbers_and_keys_are_canonical(value, text):
    assert canonical(value) == text


def test_content_that_has_not_the_form_is_skipped_and_not_a_crash():
    for package in (None, [], {"projects": 3}, {"projects": [3, {"budget": [], "period": {"startDate": 1}}]}):
        assert list(content_faults(package)) == []
