"""`tocsin export`: the columns of the alerts page, history and evidence, the two links, and filters."""

from pathlib import Path

import openpyxl

from bot.sandbox.config import bot_environment
from tests.support.payloads import alertmanager_alert, alertmanager_webhook, graph_alert
from tests.support.program import run
from tests.support.town import Town

PORTAL = "https://portal.atp.azure.example/securityAlert/"


def environment(town: Town) -> dict[str, str]:
    given = {"TOCSIN_DATABASE_URL": town.database_url, "TOCSIN_IDENTITY_PORTAL": PORTAL}
    return {**bot_environment(town.config, public_url=town.teams.url), **given}


async def test_alerts_history_and_evidence_come_with_both_links(town: Town, tmp_path: Path) -> None:
    guid = "123a456b-c789-1d2e-a2f1-33a445b6c7d8"
    await town.report(
        "graph",
        graph_alert(
            id=f"aa{guid}",
            title="=HYPERLINK(1)",
            full=True,
            serviceSource=None,
            alertWebUrl=f"https://security.microsoft.com/alerts/aa{guid}",
        ),
    )
    labels = {"alertname": "Disk", "instance": "web-1:9100"}
    await town.report("alertmanager", alertmanager_webhook(alertmanager_alert(labels=labels)))
    await town.teams.wait_for_card("alerts", "#2")
    await town.told("ana", "comment 1 looks real")
    await town.told("ana", "classify 1 fp not malicious")
    file = tmp_path / "alerts.xlsx"
    ended = await run("export", str(file), environment=environment(town))
    assert ended.code == 0, ended.err
    assert "2 alerts." in ended.out
    assert "2 of 2" in ended.err
    book = openpyxl.load_workbook(file)
    assert book.sheetnames == ["Alerts", "History", "Evidence"]
    heads, *rows = book["Alerts"].iter_rows()
    first = {head.value: cell for head, cell in zip(heads, next(row for row in rows if row[0].value == 1), strict=True)}
    assert [head.value for head in heads][1:11] == [
        "Alert name",
        "Tags",
        "Severity",
        "Investigation state",
        "Status",
        "Category",
        "Detection source",
        "Impacted assets",
        "First activity",
        "Last activity",
    ]
    assert (first["Alert name"].value, first["Alert name"].data_type) == ("=HYPERLINK(1)", "s")
    assert (first["Classification"].value, first["Determination"].value) == ("False positive", "Not malicious")
    assert first["Service"].value == "Identity"
    assert first["View in Microsoft 365 Defender"].hyperlink.target == f"https://security.microsoft.com/alerts/aa{guid}"
    assert first["View in Microsoft Defender for Identity"].hyperlink.target == PORTAL + guid
    other = next(row for row in rows if row[0].value == 2)
    assert [cell.value for cell in other[-2:]] == [None, None]
    told = [[cell.value for cell in row] for row in book["History"].iter_rows(min_row=2)]
    assert any(row[0] == 1 and row[4] == "looks real" for row in told)
    assert any("classified" in row[2] for row in told)
    pieces = [row[2].value for row in book["Evidence"].iter_rows(min_row=2) if row[0].value == 1]
    assert "dump.exe" in pieces


async def test_a_filter_an_alert_and_an_incident_choose_what_is_written(town: Town, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        severity = "high" if number == 2 else "low"
        await town.report(
            "graph", graph_alert(id=f"da{number}", severity=severity, incidentId="9" if number > 1 else "8")
        )
    for more, numbers in (
        (["--filter", "severity:high"], {"2"}),
        (["--alert", "3"], {"3"}),
        (["--incident", "2"], {"2", "3"}),
        (["--filter", "severity:high or severity:low", "--incident", "2"], {"2", "3"}),
        (["--open"], {"1", "2", "3"}),
    ):
        file = tmp_path / "some.csv"
        ended = await run("export", str(file), *more, environment=environment(town))
        assert ended.code == 0, ended.err
        lines = file.read_text(encoding="utf-8-sig").splitlines()
        assert {line.split(",")[0] for line in lines[1:]} == numbers, more


async def test_what_cannot_be_written_is_said(town: Town, tmp_path: Path) -> None:
    for file, more, why in (
        ("alerts.pdf", [], "neither in .xlsx nor in .csv"),
        ("alerts.csv", ["--filter", "colour:red"], "--filter:"),
    ):
        ended = await run("export", str(tmp_path / file), *more, environment=environment(town))
        assert ended.code == 1
        assert why in ended.err
        assert "Traceback" not in ended.err
        assert not (tmp_path / file).exists()
