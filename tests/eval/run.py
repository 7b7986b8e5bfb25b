"""`make eval`: the product's own code on real alerts, beside the simple methods, in the same run.

The data and the scripts are not part of this project. They are looked for in the folder that TOCSIN_EVAL_DIR names,
else in `shared` beside this project's folder; where they are not there, nothing is measured, and this says so.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[2]
OURS = "tests.eval.adapters:Product"
GROUPING = Path(__file__).with_name("grouping_adapter.py")

#: What was asked for: measure, how good it has to be, and whether more is better.
AIMS = {
    "macroF1": (0.81, True),
    "acc@0.9": (0.96, True),
    "cov@0.9": (0.60, True),
    "ECE": (0.03, False),
    "TP dismissed, of all TP": (0.036, False),
    "P5": (0.78, True),
}


def main() -> int:
    found = Path(os.environ.get("TOCSIN_EVAL_DIR", HERE.parent / "shared"))
    scripts = found / "eval"
    if not (scripts / "run_eval.py").exists() or not (found / "data").exists():
        print(f"Nothing measured: there is no evaluation in {found} (set TOCSIN_EVAL_DIR to a folder that has one).")
        return 1 if "--look" in sys.argv else 0
    if "--look" in sys.argv:
        return 0
    results = {}
    for task, data, methods in (
        ("similar", "guide", "a,b2,s"),
        ("triage", "guide", "0,a,b2,g"),
        ("similar", "ait", "a,b2,s"),
        ("triage", "ait", "a,b2,g"),
    ):
        print(f"\n== {task}, {data}", flush=True)
        results[task, data] = _run(scripts, "run_eval.py", task, data, "dev", "--methods", methods, "--adapter", OURS)
    _confident_mistakes(scripts, results["triage", "guide"][OURS])
    if GROUPING.exists():
        print("\n== grouping", flush=True)
        _run(scripts, "eval_group.py", "dev", "--adapter", "tests.eval.grouping_adapter:Grouping")
    _summary(results["similar", "guide"][OURS] | results["triage", "guide"][OURS])
    return 0


def _run(scripts: Path, script: str, *args: str) -> dict[str, Any]:
    with tempfile.NamedTemporaryFile(suffix=".json") as answer:
        wanted = ["--json", answer.name] if script == "run_eval.py" else []
        environment = os.environ | {"PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1"}
        subprocess.run([sys.executable, script, *args, *wanted], cwd=scripts, env=environment, check=True)
        return dict(json.loads(Path(answer.name).read_text() or "{}")) if wanted else {}


def _confident_mistakes(scripts: Path, ours: dict[str, Any]) -> None:
    """True positives that are dismissed with confidence, of all true positives: the mistake that hurts most."""
    sys.path.insert(0, str(scripts))
    sys.dont_write_bytecode = True
    import baselines  # noqa: PLC0415 - there only where the data is
    import common  # noqa: PLC0415

    from tests.eval.adapters import Product  # noqa: PLC0415

    past = [row for row in common.load(scripts.parent / "data/guide10k/past.jsonl.gz") if row["grade"]]
    history = past[: int(len(past) * 0.7)]
    seen = {row["incident"] for row in history}
    queries = [row for row in past[len(history) :] if row["incident"] not in seen]
    hidden = [{name: row[name] for name in row if name not in ("grade", "incident")} for row in queries]
    print("\n== true positives dismissed at confidence 0.9 or more, of all true positives, guide")
    for name, method in (("counts", baselines.ALL["g"]("guide")), ("Tocsin", Product("guide"))):
        method.fit(history)
        share = sum(_dismissed(queries, method.recommend_many(hidden))) / sum(_are_true(queries))
        print(f"{name:10s} {share:.3f}")
        ours["TP dismissed, of all TP"] = share


def _are_true(rows: list[dict[str, Any]]) -> Iterator[bool]:
    return (row["grade"] == "TruePositive" for row in rows)


def _dismissed(rows: list[dict[str, Any]], given: list[tuple[str | None, float, int]]) -> Iterator[bool]:
    for is_true, (verdict, confidence, _) in zip(_are_true(rows), given, strict=True):
        yield is_true and verdict != "TruePositive" and confidence >= 0.9


def _summary(ours: dict[str, Any]) -> None:
    print("\n== Tocsin, against what was to be reached (guide, development split)")
    for name, (aim, more) in AIMS.items():
        good = ours[name] >= aim if more else ours[name] <= aim
        print(f"{name:26s} {ours[name]:.3f}  {'at least' if more else 'at most'} {aim:g}  {'ok' if good else 'MISSED'}")


if __name__ == "__main__":
    sys.exit(main())
