"""Files whole or not at all; a report that opens offline; faults told with status 2."""

import gc
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from samarkand.core.faults import Faults
from samarkand.core.schema import COLUMNS
from samarkand.ledger.margins import standing_apart
from samarkand.reports import files
from samarkand.worth.net_worth import net_worth
from samarkand.worth.whole_ledger import whole_ledger

NAMES = ["appraisal.json", "indicators.parquet", "ledger.parquet", "programme.parquet", "report.html"]


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


def test_the_json_says_what_the_headlines_say(written, appraisal):
    rows = json.loads((written / "appraisal.json").read_text())["indicators"]
    expected = appraisal.headlines()
    assert [row["economy"] for row in rows] == expected["economy"].tolist()
    assert [row["reason"] for row in rows] == expected["reason"].tolist()
    values = [np.nan if row["value"] is None else row["value"] for row in rows]
    np.testing.assert_allclose(values, expected["value"], rtol=1e-14, atol=1e-15)  # 15 decimals are written


def test_the_parquet_holds_everything(written, appraisal):
    pd.testing.assert_frame_equal(pd.read_parquet(written / "indicators.parquet"), appraisal.to_dataframe())


def test_the_ledger_is_written_whole(written, appraisal):
    found = pd.read_parquet(written / "ledger.parquet")
    pd.testing.assert_frame_equal(found, whole_ledger(appraisal).to_dataframe())
    # By hand from the headlines: what the world gains before anybody pays, less what is charged; and what is direct.
    gain = float(appraisal["real_income_unpaid_value"].sum()) - float(appraisal["programme_cost"].sum())
    assert counted(appraisal.ledger.to_dataframe()) == pytest.approx(gain, rel=1e-9)
    beside = net_worth(appraisal)
    assert counted(found) == pytest.approx(gain + beside.direct.central - beside.cost, rel=1e-9)


def counted(ledger):
    """The sum of what may be added: greenhouse gases stand apart, a case for each path of prices."""
    return ledger["central"][~ledger["margin"].isin(standing_apart())].sum()


def test_an_interrupted_run_leaves_the_folder_as_it_was(appraisal, tmp_path, monkeypatch):
    (tmp_path / "report.html").write_text("the former report")

    def interrupt(*_given):
        raise KeyboardInterrupt

    monkeypatch.setattr(files, "render_report", interrupt)
    turn = sys.getswitchinterval()
    with pytest.raises(KeyboardInterrupt):
        files.write_appraisal(appraisal, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").read_text() == "the former report"
    assert sys.getswitchinterval() == turn
    assert gc.isenabled()


def test_a_target_that_cannot_be_a_folder_is_refused_before_anything_runs(tmp_path):
    target = tmp_path / "file"
    target.write_text("")
    with pytest.raises(Faults, match="is a file, not a folder"):
        files.check_out(target)


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


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_behind_the_output_is_a_fault():
    """As `samarkand world kinds > FILE` has it; a pipe that somebody closes is nobody's fault."""
    command = [sys.executable, "-m", "samarkand", "programme", "schema"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=120, check=False
        )
    assert done.returncode == 2
    assert "the output" in done.stderr
    assert "the disk is full" in done.stderr
    assert "Traceback" not in done.stderr
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.close()
        assert process.stderr.read() == ""


def test_readiness_tells_what_an_economy_needs():
    done = _run("readiness", "PRK")
    assert done.returncode == 0
    assert "needs file: input-output accounts" in " ".join(done.stdout.split())
    assert _run("readiness", "XYZ").returncode == 2
