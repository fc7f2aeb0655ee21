"""Files whole or not at all; a report that opens offline; faults told with status 2."""

import json
import re
import subprocess
import sys

import pandas as pd
import pytest

from samarkand.core.faults import Faults
from samarkand.core.results import COLUMNS
from samarkand.reports import files
from samarkand.reports.charts import bar_chart

NAMES = ["appraisal.json", "indicators.parquet", "programme.parquet", "report.html"]


@pytest.fixture(scope="module")
def written(appraisal, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "deep" / "er"
    files.write_appraisal(appraisal, out)
    return out


def test_the_files_are_there_and_nothing_else(written):
    assert sorted(path.name for path in written.iterdir()) == NAMES


def test_the_json_has_the_headlines_in_the_schema(written):
    content = json.loads((written / "appraisal.json").read_text())
    assert {"programme", "world", "years", "certificate", "indicators"} <= set(content)
    assert tuple(content["indicators"][0]) == COLUMNS
    for row in content["indicators"]:
        assert row["value"] is not None or row["reason"]


def test_the_parquet_holds_everything(written, appraisal):
    pd.testing.assert_frame_equal(pd.read_parquet(written / "indicators.parquet"), appraisal.to_dataframe())


def test_the_report_asks_nothing_of_the_network(written, appraisal):
    page = (written / "report.html").read_text()
    assert not re.search(r"<(script|link|img|iframe)\b|@import|url\(", page)
    for item in appraisal.programme.items:
        assert item.id in page
    for name in ("Kazakhstan", "Malaysia", "not assessable: no baseline tariff", "not assessed yet"):
        assert name in page


def test_an_interrupted_run_leaves_the_folder_as_it_was(appraisal, tmp_path, monkeypatch):
    (tmp_path / "report.html").write_text("the former report")

    def interrupt(_appraisal):
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "render_report", interrupt)
    with pytest.raises(KeyboardInterrupt):
        files.write_appraisal(appraisal, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").read_text() == "the former report"


def test_a_target_that_cannot_be_a_folder_is_refused_before_anything_runs(tmp_path):
    target = tmp_path / "file"
    target.write_text("")
    with pytest.raises(Faults, match="is a file, not a folder"):
        files.check_out(target)


def test_bars_leave_from_zero_to_their_side():
    picture = bar_chart([("gains", 2.0, "+2"), ("loses", -1.0, "-1")], "a title")
    starts = [float(x) for x in re.findall(r'<rect x="([\d.]+)"', picture)]
    widths = [float(x) for x in re.findall(r'width="([\d.]+)" height', picture)]
    assert starts[0] == pytest.approx(starts[1] + widths[1], abs=0.2)  # both touch the line of zero
    assert widths[0] == pytest.approx(2 * widths[1], rel=0.01)
    assert bar_chart([], "empty") == ""


def _run(*words):
    command = [sys.executable, "-m", "samarkand.cli", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_the_command_lists_faults_with_status_2(tmp_path):
    broken = tmp_path / "broken.toml"
    broken.write_text('[programme]\nid = "x"\ntitle = "X"\n\n[[project]]\nid = "a"\nkind = "rial"\n')
    done = _run("check", str(broken))
    assert done.returncode == 2
    assert "Did you mean rail" in done.stderr
    assert done.stdout == ""
    done = _run("check", "eurasian-corridors")
    assert done.returncode == 0
    assert "no faults" in done.stdout


def test_readiness_tells_what_an_economy_needs():
    done = _run("readiness", "PRK")
    assert done.returncode == 0
    assert "needs file: input-output accounts" in " ".join(done.stdout.split())
    assert _run("readiness", "XYZ").returncode == 2
