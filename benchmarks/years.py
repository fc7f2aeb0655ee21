"""26 years of the default programme, all indicators, files included: cold in a new process, then warm in the same one.

    python -m benchmarks years

Wall time and the processor time of all threads: on a machine that does other work too, the second is what repeats.
"""

from __future__ import annotations

import os
import subprocess
import sys

PROGRAM = """
import time
wall, used = time.perf_counter(), time.process_time()
import tempfile
from pathlib import Path
import samarkand as sk
from samarkand.reports.files import write_appraisal

def ask(label, **question):
    global wall, used
    appraisal = sk.appraise("eurasian-corridors", years=range(2025, 2051), reach=True, **question)
    solved = time.perf_counter() - wall, time.process_time() - used
    with tempfile.TemporaryDirectory() as out:
        write_appraisal(appraisal, Path(out))
    total = time.perf_counter() - wall, time.process_time() - used
    rows = sum(block.values.size for block in appraisal.blocks())
    print(f"{label:<34}{total[0]:7.2f} s wall {total[1]:6.2f} s of processors;  "
          f"of it solving {solved[0]:6.2f} and {solved[1]:5.2f};  {len(appraisal.states)} states, {rows:,} values")
    wall, used = time.perf_counter(), time.process_time()
    return appraisal

first = ask("cold, imports included")
for _ in range(3):
    ask("warm, the same question")
ask("warm, without the last opening", without=(max((i for i in first.programme.items if i.opening),
    key=lambda i: i.opening.year).id,))
ask("warm, another ramp-up", assumptions={"ramp_up_years": 2})
"""


def main() -> None:
    """Run it twice: compiled code, Python's own too, and prepared networks are on the disk the second time."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    for run in ("first", "second"):
        sys.stdout.write(f"{run} process\n")
        sys.stdout.flush()
        subprocess.run([sys.executable, "-c", PROGRAM], check=True, env=environment)
