"""The version of the code: of its files alone, whatever Python and numba keep beside them."""

from __future__ import annotations

from pathlib import Path

from samarkand.core.code_version import hash_of_files


def test_what_is_compiled_is_no_code_and_every_other_file_is(tmp_path: Path) -> None:
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "one.py").write_text("a = 1\n")
    before = hash_of_files([tmp_path])
    below = tmp_path / "room" / "__pycache__" / "numba-1" / "kernels_2"
    below.mkdir(parents=True)
    for path in (below / "one.nbi", below.parents[1] / "one.pyc"):
        path.write_bytes(b"compiled")
    assert hash_of_files([tmp_path]) == before
    (tmp_path / "room" / "table.csv").write_text("a\n")
    assert hash_of_files([tmp_path]) != before
