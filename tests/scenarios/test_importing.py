"""`tocsin import`, and sources that are read by a map."""

import json
from pathlib import Path
from typing import Any

from bot.sandbox.config import bot_environment
from tests.support.other_payloads import sentinel_alert
from tests.support.payloads import alertmanager_alert, alertmanager_webhook, graph_alert
from tests.support.program import run
from tests.support.town import Town, running_town


def environment(town: Town) -> dict[str, str]:
    return {**bot_environment(town.config, public_url=town.teams.url), "TOCSIN_DATABASE_URL": town.database_url}


def written(folder: Path, payload: Any, name: str = "alerts.json") -> str:
    file = folder / name
    file.write_text(payload if isinstance(payload, str) else json.dumps(payload))
    return str(file)


async def test_a_trial_shows_what_would_be_read_and_needs_no_settings(tmp_path: Path) -> None:
    webhook = alertmanager_webhook(
        alertmanager_alert(annotations={"summary": "Disk \x1b[31mred\u202egnp"}), alertmanager_alert(labels={}), 7
    )
    ended = await run("import", written(tmp_path, webhook), "--try")
    assert ended.code == 0, ended.err
    assert "read as alertmanager: 1 alert. Nothing is taken in." in ended.out
    assert "1  high      firing  2026-03-02 03:02  alertmanager  Disk [31mred[U+202E]gnp" in ended.out
    assert "evidence            device web-1.example.com (trigger)" in ended.out
    assert "Of no use:\n   /alerts/1/labels must not be empty\n   /alerts/2 must be an object" in ended.out
    assert "\x1b" not in ended.out


async def test_a_trial_of_nothing_usable_ends_with_1_and_says_why(tmp_path: Path) -> None:
    ended = await run("import", written(tmp_path, {"ruleName": "x", "evalMatches": []}), "--try")
    assert ended.code == 1
    assert "legacy alerting" in ended.out
    for text in ("", "7", "{", "[]"):
        ended = await run("import", written(tmp_path, text), "--try")
        assert ended.code == 1
        assert "tocsin: the body" in ended.err
        assert "Traceback" not in ended.err


async def test_a_file_is_taken_in_once_and_posted_by_the_running_bot(town: Town, tmp_path: Path) -> None:
    rows = [sentinel_alert(SystemAlertId=f"row-{n}", DisplayName=f"Row {n}") for n in range(3)]
    file = written(tmp_path, "\n".join(map(json.dumps, [*rows, {"a": 1}])), "alerts.jsonl")
    for counts in ("3 new alerts, 0 changed, 0 as they were", "0 new alerts, 0 changed, 3 as they were"):
        ended = await run("import", file, environment=environment(town))
        assert ended.code == 0, ended.err
        assert f"3 reports of sentinel taken in: {counts}." in ended.out
        assert "line 4 the body is neither an alert nor an incident" in ended.err
    await town.teams.wait_for_card("alerts", "2 more like it")


async def test_a_source_may_be_named_and_an_unknown_one_is_refused(town: Town, tmp_path: Path) -> None:
    file = written(tmp_path, graph_alert())
    ended = await run("import", file, "--source", "splunk", environment=environment(town))
    assert ended.code == 1
    assert "there is no source 'splunk'; there are alertmanager, generic, grafana, graph, sentinel" in ended.err
    ended = await run("import", file, "--source", "grafana", environment=environment(town))
    assert ended.code == 1
    assert "/version is missing" in ended.err


async def test_a_map_makes_a_source_that_takes_alerts_in(tmp_path: Path) -> None:
    file = tmp_path / "watch.map"
    file.write_text("id = key\ntitle = what.said\nstatus = state\nstatus.gone = resolved\n")
    settings = {"TOCSIN_SOURCE_WATCH_MAP": str(file), "TOCSIN_SOURCE_WATCH_TOKEN": "watch-token"}
    async with running_town(tmp_path, settings=settings) as town:
        await town.teams.install("ana", channel="alerts")
        answer = await town.send("watch", {"key": 7, "what": {"said": "Door open"}}, token="watch-token")
        assert (answer.status, answer.body["alerts"]) == (202, [1])
        await town.teams.wait_for_card("alerts", "Door open")
        await town.send("watch", {"key": 7, "what": {"said": "Door open"}, "state": "gone"}, token="watch-token")
        assert not (await town.alert(1)).is_open
        assert (await town.send("watch", {"key": 7}, token="watch-token")).body["pointer"] == "/what/said"
        ended = await run(
            "import", written(tmp_path, {"key": 8, "what": {}}), "--source", "watch", "--try", environment=settings
        )
        assert "/what/said is required: the map takes the title from what.said" in ended.out


async def test_a_map_that_is_not_right_keeps_the_bot_from_starting(tmp_path: Path) -> None:
    identity = {"MicrosoftAppId": "a", "MicrosoftAppPassword": "b", "MicrosoftAppTenantId": "c"}
    url = f"sqlite:///{tmp_path / 'x.db'}"
    for value, why in (
        ("id = a; colour = b", "watch: 'colour' is no field"),
        (str(tmp_path / "none.map"), "TOCSIN_SOURCE_WATCH_MAP: is neither a map nor a file with one"),
    ):
        ended = await run(
            "serve", environment={**identity, "TOCSIN_DATABASE_URL": url, "TOCSIN_SOURCE_WATCH_MAP": value}
        )
        assert ended.code == 1
        assert why in ended.err
        assert "Traceback" not in ended.err
