"""`make chaos`: breaks things as often as it takes, and prints one line for each row with its figures.

What is done is kept in `progress.json` in CHAOS_DIR (./var/chaos), and the next run goes on from there; `--again`
begins anew. Rows are chosen by (a part of) their names:

    python -m tests.chaos "killed in posting" storm --database postgres
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.chaos.ground import Ground, merged, own_postgres_ground, sqlite_ground
from tests.chaos.rows import BOTH, ROWS, Row
from tests.support import databases
from tests.support.chaos_process import Forks, forking
from tests.support.chaos_town import as_line

Json = dict[str, Any]


def main() -> int:
    options = _options()
    # Stopped, it cleans up as on Ctrl-C: programs and servers end with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    progress = _Progress(Path(os.environ.get("CHAOS_DIR", "var/chaos")))
    names = [name for name in ROWS if not options.rows or any(part in name for part in options.rows)]
    good = True
    with forking() as forks:
        for database in options.database or BOTH:
            chosen = [name for name in names if database in ROWS[name].databases]
            if chosen:
                with _ground(database, forks) as ground:
                    for name in chosen:
                        good &= _row(name, ROWS[name], ground, progress, again=options.again)
    return 0 if good else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__.partition("\n")[0])
    parser.add_argument("rows", nargs="*", help=f"parts of names; all are: {', '.join(ROWS)}")
    parser.add_argument("--database", action="append", choices=BOTH, help="only this one")
    parser.add_argument("--again", action="store_true", help="forget what is done of the chosen rows")
    return parser.parse_args()


class _Progress:
    """What is done, by row and database, in a file that is replaced as a whole."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._file = folder / "progress.json"
        self._kept: dict[str, Json] = json.loads(self._file.read_text()) if self._file.exists() else {}

    def of(self, key: str) -> Json:
        return self._kept.get(key, {"rounds": 0, "seconds": 0.0, "figures": {}})

    def keep(self, key: str, done: Json) -> None:
        self._kept[key] = done
        beside = self._file.with_suffix(".new")
        beside.write_text(json.dumps(self._kept, indent=1))
        beside.replace(self._file)


@contextmanager
def _ground(database: str, forks: Forks) -> Iterator[Ground]:
    with tempfile.TemporaryDirectory(prefix="tocsin-chaos-") as name:
        folder = Path(name)
        if database == "postgres":
            with own_postgres_ground(forks, folder) as ground:
                yield ground
            return
        (folder / "template").mkdir()
        template = databases.sqlite_template(folder / "template")
        with sqlite_ground(forks, folder, template) as ground:
            yield ground


def _row(name: str, row: Row, ground: Ground, progress: _Progress, *, again: bool) -> bool:
    """Go on with a row until it is done; whether it holds. A part that fails is not counted: the next run tries it."""
    key = f"{name} / {ground.kind}"
    if again:
        progress.keep(key, {"rounds": 0, "seconds": 0.0, "figures": {}})
    while (done := progress.of(key))["rounds"] < row.rounds:
        part = min(row.part, row.rounds - done["rounds"])
        began = time.monotonic()
        try:
            figures = asyncio.run(row.run(ground, rounds=part, seed=done["rounds"] + 1))
        except AssertionError:
            print(f"{key:42} FAILED after {done['rounds']} of {row.rounds}, seed {done['rounds'] + 1}:", flush=True)
            traceback.print_exc()
            return False
        progress.keep(
            key,
            {
                "rounds": done["rounds"] + part,
                "seconds": round(done["seconds"] + time.monotonic() - began, 1),
                "figures": merged(done["figures"], figures),
            },
        )
    missed = [
        f"{figure} {done['figures'][figure]:g} > {limit:g}"
        for figure, limit in row.promised.items()
        if done["figures"].get(figure, 0) > limit
    ]
    verdict = f"MISSED ({'; '.join(missed)})" if missed else "holds"
    line = as_line(done["figures"])
    print(f"{key:42} {verdict}: {done['rounds']} rounds in {done['seconds']:.0f} s; {line}", flush=True)
    return not missed


if __name__ == "__main__":
    sys.exit(main())
