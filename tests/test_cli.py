"""The command line at the first look."""

from __future__ import annotations

from importlib.metadata import version

import pytest
from typer.testing import CliRunner

from samarkand.cli import app


def test_the_version_is_that_of_the_package():
    done = CliRunner().invoke(app, ["--version"])
    assert done.exit_code == 0
    assert done.output.split() == ["samarkand", version("samarkand")]


@pytest.mark.parametrize("group", [[], ["programme"], ["world"]])
def test_no_command_is_described_in_half_a_sentence(group):
    listed = CliRunner().invoke(app, [*group, "--help"], env={"COLUMNS": "80"}).output.split("Commands:")[1]
    assert "." in listed
    assert "..." not in listed
