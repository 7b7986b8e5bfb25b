"""The story of an alert, and the entities that alerts are about."""

from typing import Any

from tests.support.payloads import graph_alert, graph_evidence
from tests.support.sandbox import card_text
from tests.support.town import Town

HOST = "web-1.contoso.example.com"


def process(name: str, pid: int, parent: str, parent_pid: int, at: str, **more: Any) -> dict[str, Any]:
    return graph_evidence(
        "process",
        processId=pid,
        parentProcessId=parent_pid,
        processCommandLine=f"{name} --run {pid}",
        processCreationDateTime=at,
        mdeDeviceId="m1",
        imageFile={"fileName": name, "filePath": f"C:\\tools\\{name}", "sha256": f"{pid:064x}"},
        parentProcessImageFile={"fileName": parent},
        **more,
    )


def device(name: str = HOST, **more: Any) -> dict[str, Any]:
    return graph_evidence("device", deviceDnsName=name, mdeDeviceId="m1" if name == HOST else name, **more)


async def three_steps(town: Town) -> list[dict[str, Any]]:
    word = process("winword.exe", 100, "explorer.exe", 50, "2026-11-21T01:00:00Z")
    shell = process("powershell.exe", 200, "winword.exe", 100, "2026-11-21T01:01:00Z", verdict="malicious")
    dump = process("dump.exe", 300, "powershell.exe", 200, "2026-11-21T01:02:00Z", detailedRoles=["Trigger"])
    evidence = ([device(), word], [device(), shell], [device(), dump])
    titles = ("Odd document opened", "Encoded PowerShell", "Credential theft")
    return [
        await town.raised(title, detectorId=title, evidence=pieces, firstActivityDateTime=f"2026-11-21T01:0{place}:30Z")
        for place, (title, pieces) in enumerate(zip(titles, evidence, strict=True))
    ]


async def test_the_story_shows_what_came_before_and_after_and_the_tree_of_processes(town: Town) -> None:
    first, second, third = await three_steps(town)
    story = await town.pressed("ana", second, "Story")
    assert "▶" in story
    places = [story.index(f"#{one['number']}") for one in (first, second, third)]
    assert places[0] < story.rindex(f"#{third['number']}")
    lines = story.splitlines()
    tree = lines[lines.index("Processes") :]
    told = " ".join(tree)
    order = [
        told.index(name)
        for name in ("explorer.exe (50)", "winword.exe (100)", "powershell.exe (200)", "dump.exe (300)")
    ]
    assert order == sorted(order)
    assert "› › ›" in told
    assert "▶ this alert" in told
    assert "trigger" in told
    assert "powershell.exe --run 200" in told
    assert f"same {HOST}" in story
    opened = await town.pressed("ana", second, f"Open #{third['number']}")
    assert "Credential theft" in opened
    assert "In time order" in await town.pressed("ana", second, "Back")
    assert "In time order" in await town.told("bo", f"story {second['number']}", in_="alerts")


async def test_an_alert_without_any_relative_has_a_short_story(town: Town) -> None:
    posted = await town.raised("Alone", detectorId="alone", evidence=[])
    assert "No other alert shares" in await town.pressed("ana", posted, "Story")


async def test_entities_are_buttons_by_role_and_lead_to_all_alerts_with_them(town: Town) -> None:
    source = device("laptop-7.contoso.example.com", roles=["source"])
    user = graph_evidence("user", userAccount={"accountName": "eve", "domainName": "CONTOSO"})
    first = await town.raised("First", detectorId="x", evidence=[device(roles=["destination"]), source, user])
    second = await town.raised("Second", detectorId="y", evidence=[device()])
    await town.told("bo", f"resolve {first['number']} fp not malicious")

    listed = await town.pressed("ana", first, "Entities")
    for words in ("Source host", "Destination host", "Accounts", HOST):
        assert words in listed
    shown = await town.pressed("ana", first, HOST)
    assert "2 alerts, 1 open" in shown
    assert "How they ended: 1 false positive" in shown
    assert f"#{second['number']}" in shown
    opened = await town.pressed("ana", first, f"Open #{second['number']}")
    assert "Second" in opened
    assert "2 alerts, 1 open" in await town.pressed("ana", first, "Back")
    assert "Source host" in await town.pressed("ana", first, "All entities")
    await town.pressed("ana", first, "Back")
    assert "CONTOSO\\eve" in await town.pressed("ana", first, "Details")


async def test_an_entity_is_asked_for_by_name(town: Town) -> None:
    posted = await town.raised("First", detectorId="x", evidence=[device()])
    for name in (HOST, "web-1", "WEB-1"):
        assert "1 alert, 1 open" in await town.told("bo", f"entity {name}")
    assert "not available" in await town.told("bo", "entity web-99")
    assert "not available" in await town.told("bo", "entity web-1", in_="quiet")
    assert "Which one?" in await town.told("bo", "entity")
    assert "Hosts" in await town.told("bo", f"entity {posted['number']}")
    assert "Hosts" in await town.told("bo", "entity", in_="alerts", thread=posted["id"])


async def test_all_open_alerts_with_an_entity_are_linked_at_once_and_parted_again(town: Town) -> None:
    first, second, third = await three_steps(town)
    await town.pressed("ana", first, "Entities")
    await town.pressed("ana", first, HOST)
    form = await town.pressed("ana", first, "Link the open ones…")
    assert "This links 3 open alerts." in form
    await town.pressed("ana", first, "Link", incident="new", reason="sameAsset", comment="All of it.")
    kept = [await town.alert(one["number"]) for one in (first, second, third)]
    assert {(alert.incident, alert.incident_reason) for alert in kept} == {(1, "sameAsset")}
    await town.told("ana", "undo", in_="alerts")
    assert {(await town.alert(one["number"])).incident for one in (first, second, third)} == {None}


async def test_an_entity_counts_only_alerts_that_one_may_see(town: Town) -> None:
    await town.raised("Low one", severity="low", detectorId="x", evidence=[device()])
    high = await town.raised("High one", severity="high", detectorId="y", evidence=[device()])
    await town.told("bo", "subscribe severity:high", in_="quiet")
    told = await town.told("bo", "entity web-1", in_="quiet")
    assert "1 alert, 1 open" in told
    assert "Low one" not in told
    assert high["number"]
    story = await town.told("bo", f"story {high['number']}", in_="quiet")
    assert "Low one" not in story


async def test_thousands_of_pieces_do_not_make_the_story_too_large(town: Town) -> None:
    many = [process(f"p{n}.exe", n + 10, f"p{n - 1}.exe", n + 9, "2026-11-21T01:00:00Z") for n in range(600)]
    number = (await town.report("graph", graph_alert(incidentId=None, evidence=[device(), *many])))["alerts"][0]
    posted = await town.teams.wait_for_card("alerts", f"#{number}")
    answer = await town.teams.press("ana", posted, "Story")
    assert "more not shown" in card_text(answer["body"]["value"])
