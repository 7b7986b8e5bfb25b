"""Which alerts go where, in words: subscriptions, lists and search with the same filters."""

from datetime import UTC, datetime

from tests.support.payloads import graph_alert, graph_evidence
from tests.support.sandbox import card_text, message_text
from tests.support.town import Town


def on(number: int, host: str, **fields: object) -> dict[str, object]:
    now = datetime.now(UTC).isoformat()
    times = {"createdDateTime": now, "firstActivityDateTime": now, "lastActivityDateTime": now}
    device = graph_evidence("device", mdeDeviceId=f"id-{host}", deviceDnsName=host)
    return graph_alert(**({"id": f"da{number}", "incidentId": None, "evidence": [device]} | times | fields))


async def test_a_channel_gets_what_it_asked_for_and_sees_nothing_else(town: Town) -> None:
    teams = town.teams
    said = await town.told("bo", "subscribe severity>=medium host:web-*", in_="quiet")
    assert "severity>=medium host:web-*" in said
    (one,) = (await town.report("graph", on(1, "web-1", title="Fits", severity="high")))["alerts"]
    (two,) = (await town.report("graph", on(2, "pc-7", title="Other host", severity="high")))["alerts"]
    (three,) = (await town.report("graph", on(3, "web-2", title="Too low", severity="low")))["alerts"]
    await teams.wait_for_card("quiet", "Fits")
    await teams.wait_for_card("alerts", "Too low")
    seen = "\n".join(message_text(message) for message in await teams.from_bot("quiet"))
    assert "Other host" not in seen
    assert "Too low" not in seen

    listed = await town.told("bo", "queue", in_="quiet")
    assert f"#{one}" in listed
    assert f"#{two}" not in listed
    assert "not available" in await town.told("bo", f"assign {two} me", in_="quiet")
    assert (await town.alert(two)).assignee is None
    assert f"#{three}" in await town.told("ana", "queue", in_="alerts")


async def test_an_alert_that_gets_worse_reaches_the_channel_that_wants_the_bad_ones(town: Town) -> None:
    await town.told("bo", "subscribe severity:high", in_="quiet")
    await town.report("graph", on(1, "web-1", title="Getting worse", severity="low"))
    posted = await town.teams.wait_for_card("alerts", "Getting worse")
    await town.report("graph", on(1, "web-1", title="Getting worse", severity="high"))
    there = await town.teams.wait_for_card("quiet", "Getting worse")
    await town.report("graph", on(1, "web-1", title="Getting worse", severity="medium"))
    await town.teams.wait_for("quiet", lambda m: m["id"] == there["id"] and "MEDIUM" in message_text(m))
    answer = await town.teams.press("bo", there, "Assign to me")
    assert "Bo Berg" in card_text(answer["body"]["value"]), "a card that is there works, whatever became of the alert"
    await town.teams.wait_for("alerts", lambda m: m["id"] == posted["id"] and "Bo Berg" in message_text(m))


async def test_an_alert_that_people_make_fit_reaches_the_channel_that_wants_it(town: Town) -> None:
    await town.told("bo", "subscribe (tag:vip or classification:tp or assignee:ana*) host:web-*", in_="quiet")
    words = {1: "tag {} vip", 2: "classify {} tp malware", 3: "assign {} me", 4: "resolve {} tp", 5: "comment {} hello"}
    for place, said in words.items():
        (number,) = (await town.report("graph", on(place, f"web-{place}", title=f"Now it fits {place}")))["alerts"]
        await town.told("ana", said.format(number), in_="alerts")
        if place != 5:
            await town.teams.wait_for_card("quiet", f"Now it fits {place}")
    (number,) = (await town.report("graph", on(6, "pc-1", title="Another host")))["alerts"]
    await town.told("ana", f"tag {number} vip", in_="alerts")
    await town.teams.wait_for("alerts", lambda m: "Another host" in message_text(m) and "vip" in message_text(m))
    seen = "\n".join(message_text(message) for message in await town.teams.from_bot("quiet"))
    assert "Now it fits 5" not in seen
    assert "Another host" not in seen


async def test_saying_it_again_changes_the_filter_and_a_reinstallation_keeps_it(town: Town) -> None:
    await town.told("bo", "subscribe severity:high", in_="quiet")
    assert "already" in await town.told("bo", "subscribe severity:high", in_="quiet")
    await town.told("bo", "subscribe service:identity", in_="quiet")
    await town.teams.uninstall("ana", channel="quiet")
    await town.teams.install("ana", channel="quiet")
    await town.report("graph", on(1, "web-1", title="Of Endpoint", severity="high"))
    await town.report(
        "graph", on(2, "dc-1", title="Of Identity", severity="low", serviceSource="microsoftDefenderForIdentity")
    )
    await town.teams.wait_for_card("quiet", "Of Identity")
    assert all("Of Endpoint" not in message_text(message) for message in await town.teams.from_bot("quiet"))


async def test_a_filter_that_is_not_right_is_answered_with_the_place_and_an_example(town: Town) -> None:
    for said, parts in {
        "subscribe severtiy:high": ("severtiy", "severity"),
        "subscribe severity:huge": ("huge", "informational, low, medium, high", "severity>=medium"),
        "queue host:web-* (": ("its end", "This works"),
        "search last>7x": ("7x", "last>7d"),
        "subscribe assignee:me": ("me", "name the person"),
        "subscribe severity:high severity:low": ("contradicts itself",),
    }.items():
        answer = await town.told("bo", said, in_="quiet")
        for part in parts:
            assert part in answer, (said, answer)
    await town.raised("Not for them")
    assert all("Not for them" not in message_text(message) for message in await town.teams.from_bot("quiet"))


async def test_lists_and_search_take_the_same_filters_through_all_their_pages(town: Town) -> None:
    for number in range(1, 10):
        await town.report("graph", on(number, f"web-{number}", title=f"Alert of web {number}", severity="high"))
    (other,) = (await town.report("graph", on(20, "pc-1", title="Something else", severity="low")))["alerts"]
    await town.told("ana", "resolve 1 fp", in_="alerts")

    listed = await town.told("ana", "queue severity:high host:web-*", in_="alerts")
    assert "8 open" in listed
    assert f"#{other}" not in listed
    queue = await town.teams.wait_for("alerts", lambda m: "8 open" in message_text(m))
    second = await town.teams.press("ana", queue, "Next")
    assert "#2" in card_text(second["body"]["value"])
    opened = await town.teams.press("ana", queue, "Open #2")
    assert "Alert of web 2" in card_text(opened["body"]["value"])
    back = await town.teams.press("ana", queue, "Back")
    assert "page 2 of 2" in card_text(back["body"]["value"]), "the same page of the same filter"

    found = await town.told("ana", "search status:resolved", in_="alerts")
    assert "#1" in found
    assert "1 alert" in found
    assert "Nothing fits" in await town.told("ana", "search host:nowhere", in_="alerts")
    assert f"#{other}" in await town.told("ana", "search something", in_="alerts")


async def test_in_ones_own_chat_one_sees_what_ones_channels_get(town: Town) -> None:
    await town.told("ana", "unsubscribe", in_="alerts")
    await town.told("bo", "subscribe severity:high", in_="quiet")
    (bad,) = (await town.report("graph", on(1, "web-1", severity="high")))["alerts"]
    (low,) = (await town.report("graph", on(2, "web-2", severity="low")))["alerts"]
    await town.teams.wait_for_card("quiet", f"#{bad}")
    await town.teams.install("bo")
    await town.teams.wait_for_card("bo", "Tocsin is here")
    listed = await town.told("bo", "queue")
    assert f"#{bad}" in listed
    assert f"#{low}" not in listed
    assert "not available" in await town.told("bo", f"comment {low} hello")


async def test_the_queue_can_be_filtered_by_everything_that_it_shows(town: Town) -> None:
    """Severity, status, service, entity, investigation, tags, assignee, incident, classification, time, words."""
    many = {"severity": "low", "serviceSource": "microsoftDefenderForOffice365", "incidentId": "77"}
    (one,) = (await town.report("graph", on(1, "web-1", title="First words", investigationState="running", **many)))[
        "alerts"
    ]
    old = {"createdDateTime": "2026-01-01T00:00:00Z", "lastActivityDateTime": "2026-01-02T00:00:00Z"}
    (two,) = (await town.report("graph", on(2, "pc-1", title="Second words", severity="high", **old)))["alerts"]
    (done,) = (await town.report("graph", on(3, "pc-2", title="Over and done", severity="medium")))["alerts"]
    for said in (f"tag {one} +vip", f"assign {one} ana", f"classify {one} fp", f"resolve {done} tp"):
        await town.told("ana", said, in_="alerts")
    for said, expected in {
        "severity:low": {one}, "status:resolved": {done}, "status:new": {one}, "status:open": {one},
        "service:office": {one}, "host:web-*": {one}, "evidence:web-1": {one}, "investigation:running": {one},
        "tag:vip": {one}, "assignee:ana": {one}, "assignee:nobody": set(), "incident:1": {one},
        "classification:fp": {one}, "last:7d": {one}, "created<2026-02-01": {two},
        "created<2026-02-01 severity:high": {two},
        "first words": {one}, "status:resolved created>1d": {done}, "title:words not tag:vip created<2026-02-01": {two},
    }.items():  # fmt: skip
        listed = await town.told("ana", f"queue {said}", in_="alerts")
        found = {number for number in (one, two, done) if f"#{number}" in listed}
        assert found == expected, (said, listed)
    assert "last 30 days" not in await town.told("ana", "queue created<2026-02-01", in_="alerts")
    assert "1 alert" in await town.told("ana", "queue status:resolved", in_="alerts")
