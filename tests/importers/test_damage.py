"""Whatever happens to a file on its way, an import takes it or tells faults: nothing else is raised or half kept."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from samarkand.core.faults import Fault, Faults
from samarkand.world.importers import import_world, kinds
from samarkand.world.importers.economy_accounts import write_template
from samarkand.world.store import list_worlds, open_world
from soaking import cases

import file_samples as samples  # isort: skip

HEAVY = ("icio", "wiod", "eora26", "baci", "economy-accounts")


def good_file(kind: str, folder: Path, world) -> Path:
    """A small good file of a kind."""
    if kind == "tariffs":
        return samples.wits(folder / "wits.csv")
    if kind == "icio":
        return samples.icio(folder / "2022.csv", world.accounts, ("CHN", "DEU", "FRA", "ROW"))
    if kind == "economy-accounts":
        write_template(world, "KAZ", folder / "kaz.xlsx")
        return folder / "kaz.xlsx"
    if kind == "baci":
        return samples.baci(
            folder / "baci.csv",
            [(2022, 156, 842, "847130", "1e10", "1"), (2022, 276, 398, "870323", "5", "1")],
        )
    if kind == "trade-matrix":
        return samples.trade_matrix(folder / "matrix.csv")
    if kind == "escap":
        return samples.escap(folder / "survey.csv")
    if kind == "wiod":
        return samples.wiod(folder / "wiod.csv")
    if kind == "eora26":
        return samples.eora(folder / "Eora26_2015_bp.zip")
    if kind == "wdi":
        return samples.wdi_bulk(
            folder / "wdi.csv", [("Kazakhstan", "KAZ", "SP.POP.TOTL", "20034609", "20330104")]
        )
    if kind == "ids":
        return samples.databank(
            folder / "ids.csv", [("Pakistan", "PAK", "DT.DOD.DECT.CD", "126.9e9", "130.8e9")]
        )
    if kind == "wgi":
        return samples.wgi(folder / "wgi.csv", [("AFG", 2023, "pv", "-2.4", "0.25")])
    if kind == "pip":
        return samples.pip(
            folder / "pip.csv", [("KAZ", 2021, "national", "consumption", 3.0, 0.012, 14.5, 0.292)]
        )
    if kind == "enterprise-surveys":
        row = ("Kazakhstan", 2019, "Small (5-19)", "Average", "3.4", "2.6")
        return samples.enterprises(folder / "firms.csv", [row])
    if kind == "tenths":
        return samples.tenths(folder / "tenths.csv", {("KGZ", "taxes", ""): [0.1] * 10})
    if kind == "network":
        return samples.network(folder / "tables")
    if kind == "cables":
        return samples.cables(folder / "cables.csv")
    return samples.weo(folder / "weo.xls", [("KAZ", "LP", "Millions", "19.6", "19.9", "22", "2022")])


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The content cut short, with bytes changed, put in or taken out, or with marks of tables in wrong places."""
    changed = bytearray(content)
    place = chance.randrange(len(changed))
    way = chance.randrange(5)
    if way == 0:
        return bytes(changed[:place])
    if way == 1:
        for _ in range(chance.randrange(1, 20)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    elif way == 2:
        changed[place:place] = bytes(chance.randrange(256) for _ in range(5))
    elif way == 3:
        del changed[place : place + chance.randrange(1, 80)]
    else:
        for _ in range(chance.randrange(1, 4)):
            changed[chance.randrange(len(changed))] = chance.choice(b'",;\n\r\t-9\x00')
    return bytes(changed)


@pytest.mark.soak
@pytest.mark.parametrize("kind", sorted(kinds()))
def test_a_damaged_file_is_taken_or_told(tmp_path, store, world, kind: str) -> None:
    path = good_file(kind, tmp_path, world)
    is_folder = path.is_dir()
    files = sorted(path.iterdir()) if is_folder else [path]
    contents = [file.read_bytes() for file in files]
    for seed in cases(40) if is_folder else range(4 if kind in HEAVY else 20):
        chance = random.Random(f"{kind} {seed}")
        for file, content in zip(files, contents, strict=True):
            file.write_bytes(content)
        number = chance.randrange(len(files))
        files[number].write_bytes(damaged(contents[number], chance))
        told: tuple[Fault, ...] = ()
        try:
            import_world(kind, [path], name="taken", overwrite=True)
        except Faults as error:
            told = error.faults
        assert all(fault.reason and fault.mend for fault in told)
        left = [entry.name for entry in (store / "worlds").iterdir()] if store.exists() else []
        assert set(left) <= {"taken"}
        assert all(open_world(one.name) for one in list_worlds())
