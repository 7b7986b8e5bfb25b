"""The main story: an alert arrives, two people work on it, and everybody sees the same card."""

from tests.support.payloads import graph_alert
from tests.support.sandbox import buttons, card_text
from tests.support.town import Town


async def test_from_new_to_resolved_linked_and_classified_by_two_people(town: Town) -> None:
    teams = town.teams
    report = await town.report(
        "graph", graph_alert(full=True, title="Mimikatz credential theft", severity="high", incidentId=None)
    )
    number = report["alerts"][0]

    posted = await teams.wait_for_card("alerts", "Mimikatz credential theft")
    assert f"#{number}" in card_text(posted["card"])
    assert "HIGH" in card_text(posted["card"])
    assert "New" in card_text(posted["card"])
    assert "Mimikatz credential theft" in posted["text"], "a locked phone says what it is"
    assert "Mimikatz credential theft" in posted["summary"]

    answer = await teams.press("ana", posted, "Assign to me")
    assert answer["status"] == 200
    assert "Ana Alvarez" in card_text(answer["body"]["value"])
    await teams.wait_for_card("alerts", "Ana Alvarez", as_="bo")

    form = await teams.press("bo", posted, "Comment…")
    assert "Comment" in buttons(form["body"]["value"])
    await teams.press("bo", posted, "Comment", inputs={"comment": "looks real, isolating web-1"})
    seen = await teams.wait_for_card("alerts", "looks real, isolating web-1", as_="ana")
    assert "Bo Berg" in card_text(seen["card"])

    await teams.press("bo", posted, "Link…")
    await teams.press("bo", posted, "Link", inputs={"incident": "new"})
    await teams.wait_for_card("alerts", "incident 1", as_="ana")

    await teams.press("ana", posted, "Resolve…")
    await teams.press("ana", posted, "Resolve", inputs={"classification": "truePositive:malware", "comment": "cleaned"})
    for person in ("ana", "bo", "chidi"):
        seen = await teams.wait_for_card("alerts", "Resolved", as_=person)
        text = card_text(seen["card"])
        assert seen["id"] == posted["id"], "the card is updated in place"
        assert "True positive" in text
        assert "Malware" in text

    history = await teams.press("bo", posted, "History")
    told = card_text(history["body"]["value"])
    for part in ("Ana Alvarez", "Bo Berg", "looks real", "cleaned", "incident 1"):
        assert part in told
    alerts = [message for message in await teams.from_bot("alerts") if "Mimikatz" in (message["text"] or "")]
    assert len(alerts) == 1
