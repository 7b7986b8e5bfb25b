"""Incidents at Defender and here are the same: names, who leads them, comments, and which have become one."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.alerts.incident import Incident, IncidentEntry
from bot.sandbox.config import SandboxConfig
from bot.sandbox.world import World
from tests.support.payloads import graph_alert
from tests.support.town import Town, running_town

Json = dict[str, Any]

SETTINGS = {
    "TOCSIN_CONVERSATION_LIMITS": "1000/1",
    "TOCSIN_TENANT_LIMITS": "5000/1",
    "TOCSIN_GRAPH_ALERTS": "readwrite",
    "TOCSIN_GRAPH_SECONDS": "0.3",
}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with running_town(tmp_path, settings=SETTINGS, config=SandboxConfig(enforce_limits=False)) as town:
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "alerts")
        yield town


async def raised(town: Town, number: str, incident: str, **fields: Any) -> int:
    """Defender raises an alert in an incident of its own; the number of our incident."""
    now = datetime.now(UTC).isoformat()
    times = {"createdDateTime": now, "firstActivityDateTime": now, "lastActivityDateTime": now}
    title = {"title": f"Alert {number}"} | fields
    await town.teams.defender_raises(graph_alert(**{"id": number, "incidentId": incident} | times | title))
    card = await town.teams.wait_for_card("alerts", title["title"])
    alert = await town.alert(int(card["plain"].rpartition("#")[2].rstrip(")")))
    assert alert.incident is not None
    return alert.incident


async def incident(town: Town, number: int) -> Incident:
    return await town.kept(lambda uow: uow.incidents.get(number))


async def entries(town: Town, number: int) -> list[IncidentEntry]:
    """Its history, oldest first."""
    return list(reversed(await town.kept(lambda uow: uow.incidents.entries(number, limit=100))))


async def becomes(town: Town, number: int, **wanted: Any) -> None:
    async def has() -> bool:
        it = await incident(town, number)
        return all(getattr(it, name) == value for name, value in wanted.items())

    await town.teams.until(has, seconds=10, waiting_for=f"incident {number} to have {wanted}")


async def defender_has(town: Town, number: str, **wanted: Any) -> None:
    async def has() -> bool:
        it = await town.teams.defenders_incident(number)
        return all(it[name] == value for name, value in wanted.items())

    await town.teams.until(has, seconds=10, waiting_for=f"Defender's incident {number} to have {wanted}")


async def is_settled(town: Town, number: int, state: str = "done") -> None:
    async def settled() -> bool:
        mirror = (await town.kept(lambda uow: uow.incident_mirrors.many([number]))).get(number)
        return mirror is not None and mirror.state == state

    await town.teams.until(settled, seconds=10, waiting_for="Defender to know")


async def test_what_bo_does_to_an_incident_in_the_portal_is_history_here_in_his_name(town: Town) -> None:
    number = await raised(town, "da1_1", "4711")
    await becomes(
        town, number, name="Alert da1_1 on one endpoint", url="https://security.microsoft.com/incident2/4711/overview"
    )
    bo = await town.teams.person("bo")
    await town.teams.incident_in_the_portal("bo", "4711", "all of it is one actor", displayName="Theft on web-1")
    await becomes(town, number, name="Theft on web-1")
    await town.teams.incident_in_the_portal("bo", "4711", assignedTo=bo["upn"])
    await becomes(town, number, assignee=bo["objectId"])
    done = [(entry.actor.name, entry.kind.value, entry.comment) for entry in await entries(town, number)]
    assert done[1:] == [
        ("Bo Berg", "reported", ""),
        ("Bo Berg", "commented", "all of it is one actor"),
        ("Bo Berg", "reported", ""),
    ]
    said = await town.told("ana", f"incident {number}")
    assert "Theft on web-1" in said
    assert "“all of it is one actor”" in said
    # His alert got him, too, as in the portal.
    assert bo["upn"] == (await town.teams.in_the_portal("bo", "da1_1"))["assignedTo"]


async def test_what_ana_says_of_an_incident_reaches_defender(town: Town) -> None:
    number = await raised(town, "da1_1", "4711")
    await becomes(town, number, name="Alert da1_1 on one endpoint")
    await town.told("ana", f"incident {number} rename Theft on web-1", in_="alerts")
    await town.told("ana", f"incident {number} comment one actor", in_="alerts")
    await defender_has(town, "4711", displayName="Theft on web-1")
    await is_settled(town, number)
    comments = (await town.teams.defenders_incident("4711"))["comments"]
    assert [one["comment"] for one in comments] == ["Ana Alvarez (Tocsin): one actor"]
    # What Defender then says of it is no news.
    await town.teams.incident_in_the_portal("bo", "4711", "thanks")

    async def heard() -> bool:
        return any(entry.comment == "thanks" for entry in await entries(town, number))

    await town.teams.until(heard, waiting_for="Bo's thanks")
    kinds = [entry.kind.value for entry in await entries(town, number)]
    assert kinds == ["reported", "renamed", "commented", "commented"]


@pytest.mark.parametrize(("first", "second"), [("4711", "4712"), ("4712", "4711")])
async def test_incidents_that_ana_merges_are_merged_in_defender_by_one_call(
    town: Town, first: str, second: str
) -> None:
    into = await raised(town, "da1_1", first)
    other = await raised(town, "da2_2", second)
    await becomes(town, other, name="Alert da2_2 on one endpoint")
    await town.told("ana", f"incident {into} merge {other}: same actor", in_="alerts")
    await is_settled(town, into)
    left = (await incident(town, into)).external_id
    assert left == "4711"  # the older one stays in Defender, whichever it was here
    await defender_has(town, "4712", redirectIncidentId="4711", status="redirected")
    for number in ("da1_1", "da2_2"):
        assert (await town.teams.in_the_portal("bo", number))["incidentId"] == "4711"
    comments = (await town.teams.defenders_incident("4711"))["comments"]
    assert [one["comment"] for one in comments] == ["Ana Alvarez (Tocsin): same actor"]
    calls = [call["path"].rpartition("/")[2] for call in await town.teams.journal("graph") if call["method"] == "POST"]
    assert calls == ["mergeIncidents"]
    # The incident that is left goes by the same name on both sides.
    await town.teams.incident_in_the_portal("bo", "4711", displayName="Both of them")
    await becomes(town, into, name="Both of them")
    alerts = await town.kept(lambda uow: uow.incidents.alerts(into, limit=9))
    assert len(alerts) == 2


async def test_incidents_that_bo_merges_are_merged_here(town: Town) -> None:
    into, other = await raised(town, "da1_1", "4711"), await raised(town, "da2_2", "4712")
    await becomes(town, other, name="Alert da2_2 on one endpoint")
    await town.teams.incident_in_the_portal("bo", "4712", merge=["4711"])
    await becomes(town, other, merged_into=into)
    assert len(await town.kept(lambda uow: uow.incidents.alerts(into, limit=9))) == 2
    said = await town.told("ana", f"incident {other}")
    assert f"Incident {into}" in said
    done = [(entry.actor.name, entry.kind.value) for entry in await entries(town, into)]
    assert done[-1] == ("Bo Berg", "merged")
    # A later look says the same again, and that is no news.
    before = (await incident(town, into)).revision
    await raised(town, "da3_3", "4711")
    await town.teams.incident_in_the_portal("bo", "4711", "still at it")
    await becomes(town, into, revision=before + 1)


async def test_a_merge_waits_for_graph_and_what_it_refuses_stands_on_the_card(town: Town) -> None:
    into, other = await raised(town, "da1_1", "4711"), await raised(town, "da2_2", "4712")
    await becomes(town, other, name="Alert da2_2 on one endpoint")
    await town.teams.fault("graph", status=503)
    await town.told("ana", f"incident {into} merge {other}", in_="alerts")
    said = await town.told("ana", f"incident {into}")
    assert "Not yet in Microsoft Defender XDR" in said
    await town.teams.heal()
    await town.teams.fault("graph", drop="after", method="POST", times=1)
    await town.teams.advance(60)
    await defender_has(town, "4712", redirectIncidentId="4711")

    async def quiet() -> bool:
        await town.teams.advance(60)
        mirror = (await town.kept(lambda uow: uow.incident_mirrors.many([into])))[into]
        return mirror.state == "done"

    await town.teams.until(quiet, seconds=10, waiting_for="the lost answer to be found out")
    await town.teams.fault("graph", status=403, message="Missing scopes: SecurityData.Manage.All")
    await town.told("ana", f"incident {into} comment for the record", in_="alerts")
    await is_settled(town, into, "refused")
    said = await town.told("ana", f"incident {into}")
    assert "refused what was done here: Missing scopes: SecurityData.Manage.All" in said


async def test_alerts_of_a_merge_that_was_undone_go_into_an_incident_of_their_own(town: Town) -> None:
    into, other = await raised(town, "da1_1", "4711"), await raised(town, "da2_2", "4712")
    await becomes(town, other, name="Alert da2_2 on one endpoint")
    await town.told("ana", f"incident {into} merge {other}", in_="alerts")
    await defender_has(town, "4712", redirectIncidentId="4711")
    await is_settled(town, into)
    await town.told("ana", f"incident {into} undo", in_="alerts")

    async def apart() -> bool:
        return (await town.teams.in_the_portal("bo", "da2_2"))["incidentId"] not in ("4711", "4712")

    await town.teams.until(apart, seconds=10, waiting_for="an incident of its own at Defender")
    new = (await town.teams.in_the_portal("bo", "da2_2"))["incidentId"]
    await becomes(town, other, external_id=new, merged_into=None)
    assert list(await town.kept(lambda uow: uow.incidents.alerts(other, limit=9))) == [2]


async def test_both_name_it_and_the_later_name_stands_until_somebody_brings_the_other_back(town: Town) -> None:
    number = await raised(town, "da1_1", "4711")
    await becomes(town, number, name="Alert da1_1 on one endpoint")
    await town.teams.fault("graph", status=503)
    await town.told("ana", f"incident {number} rename Anas name", in_="alerts")
    await town.teams.incident_in_the_portal("bo", "4711", displayName="Bos name")
    await town.teams.heal()
    await town.teams.advance(30)
    await becomes(town, number, name="Bos name")
    said = await town.told("ana", f"incident {number}")
    assert "“Bos name” came later and stands, not “Anas name”" in said
    await town.told("ana", f"incident {number} undo", in_="alerts")
    await defender_has(town, "4711", displayName="Anas name")


async def test_a_name_that_defender_made_of_all_alerts_is_shown_to_those_alone_who_may_see_them_all(
    tmp_path: Path,
) -> None:
    people = World(tenant_id=SandboxConfig().tenant_id, bot_id="", bot_name="").people
    settings = SETTINGS | {
        "TOCSIN_ADMINISTRATORS": people["ana"].object_id,
        "TOCSIN_RESPONDERS": people["bo"].object_id,
        "TOCSIN_ACCESS_MICROSOFTDEFENDERFORIDENTITY": people["ana"].object_id,
    }
    async with running_town(tmp_path, settings=settings, config=SandboxConfig(enforce_limits=False)) as town:
        await town.teams.install("ana", channel="alerts")
        await town.teams.wait_for_card("alerts", "alerts")
        identity = {"serviceSource": "microsoftDefenderForIdentity", "detectionSource": "microsoftDefenderForIdentity"}
        number = await raised(town, "da1_1", "4711", title="Known to everybody")
        secret = graph_alert(id="aa2_2", incidentId="4711", title="Secret spray", **identity)
        await town.teams.defender_raises(secret)
        await town.teams.incident_in_the_portal("bo", "4711", displayName="Secret spray and more")
        await becomes(town, number, name="Secret spray and more")

        async def both() -> bool:
            return len(await town.kept(lambda uow: uow.incidents.alerts(number, limit=9))) == 2

        await town.teams.until(both, waiting_for="both alerts")
        for said in (await town.told("bo", f"incident {number}"), await town.told("bo", f"incident {number} history")):
            assert "Secret spray" not in said
        assert "Secret spray and more" in await town.told("ana", f"incident {number}")
        # Bo's steps leave the name as it is.
        await town.told("bo", f"incident {number} comment mine")
        assert (await incident(town, number)).name == "Secret spray and more"
