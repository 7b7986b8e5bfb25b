"""Actions taken and impacted assets: what became of each, and what investigations of the same type found."""

from pathlib import Path
from typing import Any

from tests.scenarios.test_permission_roles import PEOPLE, town_of
from tests.support.card_reading import walk
from tests.support.payloads import graph_alert, graph_evidence
from tests.support.town import Town

Json = dict[str, Any]


def mailbox(name: str, **fields: Any) -> Json:
    return graph_evidence("mailbox", primaryAddress=f"{name}@contoso.example", displayName=name, **fields)


def device(number: int, **fields: Any) -> Json:
    return graph_evidence(
        "device", deviceDnsName=f"pc-{number}.contoso.example", mdeDeviceId=f"{number:040x}", **fields
    )


def account(name: str, **fields: Any) -> Json:
    return graph_evidence("user", userAccount={"accountName": name, "domainName": "CONTOSO"}, **fields)


def file(name: str, **fields: Any) -> Json:
    return graph_evidence("file", fileDetails={"fileName": name, "sha256": name.ljust(64, "0")}, **fields)


PIECES = [
    file("run.exe", verdict="malicious", remediationStatus="pendingApproval"),
    account("ana.m", remediationStatus="remediated"),
    *(device(number) for number in range(1, 15)),
    mailbox("finance", remediationStatus="remediated", remediationStatusDetails="Moved to quarantine"),
]


async def raised(town: Town, name: str, state: str, evidence: list[Json] | None = None, **fields: Any) -> Json:
    return await town.raised(name, id=f"da-{name}", investigationState=state, evidence=evidence or [], **fields)


async def test_the_details_say_what_became_of_everything_and_what_waits(town: Town) -> None:
    card = await raised(town, "Malware was found", "pendingApproval", PIECES)
    details = await town.pressed("ana", card, "Details")
    assert "Actions taken" in details
    assert "Pending approval" in details
    assert "Waits for somebody's approval in the action center: run.exe" in details
    assert "finance (Remediated)" in details
    assert "pc-3.contoso.example (Not remediated) and 11 more" in details

    taken = await town.pressed("ana", card, "Actions taken")
    order = [taken.index(part) for part in ("Mailboxes (1)", "Devices (14)")]
    assert order == sorted(order)
    assert "Moved to quarantine" in taken
    assert "Users (1)" not in taken
    rest = await town.pressed("ana", card, "and 5 more")
    assert "Users (1)" in rest
    assert "Everything else (1)" in rest
    assert "run.exe · Pending approval" in rest.replace("\n", "")
    assert "Mailboxes (1)" in await town.pressed("ana", card, "Previous")


async def test_view_in_action_center_leads_to_its_history_in_the_alerts_own_tenant(town: Town) -> None:
    card = await raised(town, "Malware was found", "running", PIECES)
    await town.pressed("ana", card, "Details")
    links = await links_of(town, card)
    assert links["View in action center"] == (
        "https://security.microsoft.com/action-center/history?tid=6f1c4c0e-52c1-4c0b-8b53-0d1f0a9a7c11"
    )


async def test_investigations_of_the_same_type_stand_below_and_lead_to_their_alerts(town: Town) -> None:
    await raised(town, "An older one", "successfullyRemediated")
    await raised(town, "Another old one", "benign")
    await raised(town, "Not investigated", "unsupportedAlertType")
    await raised(town, "Of another type", "failed", detectorId="other")
    card = await raised(town, "The newest one", "running")
    await town.pressed("ana", card, "Details")
    taken = await town.pressed("ana", card, "Actions taken")
    assert "No threats found: 1 · Remediated: 1" in taken
    assert "An older one" in taken
    assert "Not investigated" not in taken
    assert "Of another type" not in taken
    assert "An older one" in await town.pressed("ana", card, "Open #1")
    assert "Investigations of this alert type" in await town.pressed("ana", card, "Back")


async def test_investigations_that_one_may_not_see_are_not_counted(tmp_path: Path) -> None:
    limited = {"TOCSIN_ACCESS_OFFICE365": PEOPLE["ana"], "TOCSIN_ADMINISTRATORS": ",".join(PEOPLE.values())}
    async with town_of(tmp_path, limited) as town:
        hidden = graph_alert(
            id="fa1", incidentId=None, investigationState="benign", serviceSource="microsoftDefenderForOffice365"
        )
        await town.report("graph", hidden)
        card = await raised(town, "Seen by all", "running")
        await town.pressed("bo", card, "Details")
        taken = await town.pressed("bo", card, "Actions taken")
        assert "None of other alerts of this type" in taken


async def links_of(town: Town, card: Json) -> dict[str, str]:
    """The links of the card as Ana sees it now."""
    seen = next(m for m in await town.teams.messages("alerts", as_="ana") if m["id"] == card["id"])
    return {node["title"]: node["url"] for node in walk(seen["card"]) if node.get("type") == "Action.OpenUrl"}
