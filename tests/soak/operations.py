"""What is done and killed, each in a copy of this process: a line of JSON asks for it, lines of JSON tell of it.

    {"do": "import", "folder": "/tmp/a", "stopped": true}
    {"pid": 123}                        the copy has stopped itself, for a tracer to come; SIGCONT lets it go on
    {"status": -9, "told": null}        how it ended, and what it acknowledged before

All in the toy world, so that one takes parts of a second. A copy starts with everything loaded and nothing computed.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import sys
import traceback
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "importers")]

import file_samples as samples  # noqa: E402

import samarkand as sk  # noqa: E402
from samarkand.core.faults import Faults  # noqa: E402
from samarkand.engines.threads import stop_idle_threads  # noqa: E402
from samarkand.programme.files.formats import write_file  # noqa: E402
from samarkand.programme.files.toml_writing import to_toml  # noqa: E402
from samarkand.programme.files.workbook_writing import workbook_of  # noqa: E402
from samarkand.reports.files import write_appraisal, write_texts  # noqa: E402
from samarkand.session import Session  # noqa: E402
from samarkand.world import embedded, store  # noqa: E402
from samarkand.world.importers import import_world  # noqa: E402
from samarkand.world.importers.network_writing import write_network_tables  # noqa: E402
from samarkand.world.world import EMBEDDED  # noqa: E402
from toy import make_network, make_toy_world, toy_programme  # noqa: E402

PUBLISHED = json.loads((Path(embedded.__file__).parent / "manifest.json").read_text(encoding="utf-8"))
store.load_world = lambda: replace(make_toy_world(), name=EMBEDDED, manifest=PUBLISHED)
NO_TRACER_BUT_ANY = (0x59616D61, -1)  # prctl's PR_SET_PTRACER, PR_SET_PTRACER_ANY


def inputs(folder: Path) -> None:
    """Files to import: two editions of figures, two networks."""
    made = folder / "inputs"
    made.mkdir()
    for edition, people in (("first", "20034609"), ("second", "20330104")):
        rows = [("Kazakhstan", "KAZ", "SP.POP.TOTL", people, people)]
        samples.wdi_bulk(made / f"{edition}.csv", rows)
    for edition, longer in (("first", 1.0), ("second", 1.1)):
        write_network_tables(make_network(longer), made / f"network-{edition}")


def do_first(folder: Path) -> None:
    import_world("wdi", [folder / "inputs" / "first.csv"], name="figures", overwrite=True)
    import_world("network", [folder / "inputs" / "network-first"], name="roads", overwrite=True)


def do_import(folder: Path) -> None:
    import_world("wdi", [folder / "inputs" / "first.csv"], name="new", overwrite=True)


def do_replace(folder: Path) -> None:
    import_world("wdi", [folder / "inputs" / "second.csv"], name="figures", overwrite=True)


def do_replace_network(folder: Path) -> None:
    import_world("network", [folder / "inputs" / "network-second"], name="roads", overwrite=True)


def do_remove(folder: Path) -> None:
    if "figures" in {world.name for world in store.list_worlds()}:
        store.remove_world("figures")


def do_appraise(folder: Path) -> None:
    world = make_toy_world()
    write_appraisal(
        sk.appraise(toy_programme(world), world, years=(2035,), session=Session()), folder / "out"
    )


def do_export(folder: Path) -> None:
    out = folder / "out"
    out.mkdir(exist_ok=True)
    programme = toy_programme()
    write_file(out / "mine.toml", to_toml(programme), force=True)
    write_file(out / "mine.xlsx", workbook_of(programme), force=True)
    write_texts(out, {f"{name}.csv": f"{name},1\n" * 1000 for name in ("freight", "gates", "ports")})
    if not (out / "network").exists():
        write_network_tables(make_network(), out / "network")


def do_look(folder: Path) -> dict[str, Any]:
    """Worlds by name and content, opened whole; files by content; and whatever else lies about."""
    worlds = {world.name: store.open_world(world.name).hash for world in store.list_worlds()}
    lying = {
        str(path.relative_to(folder)): content_of(path)
        for part in ("out", "store", "cache")
        for path in sorted((folder / part).rglob("*"))
        if path.is_file()
    }
    folders = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_dir())
    return {"worlds": worlds, "files": lying, "folders": folders}


def content_of(path: Path) -> str:
    """A hash of what a file says; of a workbook without the time at which it was written."""
    parts = [path.read_bytes()]
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            parts = [book.read(name) for name in book.namelist() if name != "docProps/core.xml"]
    return hashlib.sha256(b"".join(parts)).hexdigest()


OPERATIONS: dict[str, Callable[[Path], Any]] = {
    "inputs": inputs,
    "first": do_first,
    "import": do_import,
    "replace": do_replace,
    "replace network": do_replace_network,
    "remove": do_remove,
    "appraise": do_appraise,
    "export": do_export,
    "look": do_look,
}


def act(task: dict[str, Any], telling: socket.socket) -> None:
    """In the copy: stop if asked to, do it, tell what came of it."""
    folder = Path(task["folder"])
    os.environ["SAMARKAND_DATA_DIR"] = str(folder / "store")
    os.environ["SAMARKAND_CACHE_DIR"] = str(folder / "cache")
    if task.get("stopped"):
        _let_be_traced()
        os.kill(os.getpid(), signal.SIGSTOP)
    try:
        told = {"done": OPERATIONS[task["do"]](folder)}
    except Faults as error:
        told = {"faults": [[fault.place, fault.reason, fault.mend] for fault in error.faults]}
    except Exception:
        told = {"error": traceback.format_exc()}
    telling.sendall(json.dumps(told).encode())  # not by write, which a tracer may let fail


def _let_be_traced() -> None:
    """Some Linux systems let nobody trace but a parent."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(*NO_TRACER_BUT_ANY)


def serve() -> None:
    """Answer line after line."""
    for line in sys.stdin:
        task = json.loads(line)
        mine, its = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            mine.close()
            act(task, its)
            os._exit(0)
        its.close()
        if task.get("stopped"):
            os.waitpid(pid, os.WUNTRACED)
            print(json.dumps({"pid": pid}), flush=True)
        with mine.makefile("rb") as stream:
            said = stream.read()
        mine.close()
        _, status = os.waitpid(pid, 0)
        ended = os.waitstatus_to_exitcode(status)
        print(json.dumps({"status": ended, "told": json.loads(said) if said else None}), flush=True)


if __name__ == "__main__":
    world = make_toy_world()  # loads the kernels, which would otherwise be loaded by each copy
    os.environ["SAMARKAND_CACHE_DIR"] = sys.argv[1]
    write_appraisal(
        sk.appraise(toy_programme(world), world, years=(2035,), session=Session()), Path(sys.argv[1]) / "out"
    )
    stop_idle_threads()
    serve()
