"""What the documentation of webhooks says is so."""

import re
from pathlib import Path
from typing import Any

import pytest

from bot.alerts.history import Kind
from bot.alerts.signing import signature
from bot.alerts.webhook import body
from bot.teams.pressed import CHANGES
from tests.unit.storage.made import NOW

TEXT = (Path(__file__).parents[3] / "docs" / "automation.md").read_text()


def test_its_code_takes_what_we_send_once_and_refuses_everything_else() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - it is our own documentation
    verified, seen = names["verified"], set[str]()
    sent = body("flow", "e1", "created", 1, {"alert": {"title": "Zürich “x”"}})
    headers = {"X-Tocsin-Signature": signature(["new", "old"], NOW, sent)}
    stamp = int(NOW.timestamp())
    assert verified(headers, sent, "old", seen, now=lambda: stamp + 299)["alert"]["title"] == "Zürich “x”"
    assert verified(headers, sent, "new", seen, now=lambda: stamp) is None
    for wrong in (
        lambda: verified(headers, sent + b" ", "new", set(), now=lambda: stamp),
        lambda: verified(headers, sent, "other", set(), now=lambda: stamp),
        lambda: verified(headers, sent, "new", set(), now=lambda: stamp + 301),
    ):
        with pytest.raises(ValueError, match=r"signed|old"):
            wrong()


def test_kinds_and_verbs_that_it_names_are_there() -> None:
    (kinds,) = re.findall(r"the kind of the entry: (.*?);\s+take what", TEXT, re.DOTALL)
    assert set(re.findall(r"`(\w+)`", kinds)) <= set(Kind)
    (table,) = re.findall(r"\| verb \| inputs \|\n(.*?)\n\n", TEXT, re.DOTALL)
    verbs = {verb for row in table.splitlines()[1:] for verb in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert verbs <= {*CHANGES, "undo"}
