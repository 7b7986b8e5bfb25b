"""Trends: what came and how it ended over weeks, as charts with fallbacks of the same numbers."""

from tests.support.card_reading import walk
from tests.support.town import Town


async def test_trends_show_what_came_and_how_it_ended(town: Town) -> None:
    for title in ("One", "Two", "Three"):
        await town.raised(title)
    await town.raised("Low", severity="low")
    await town.told("bo", "assign 1 me", in_="alerts")
    await town.told("bo", "resolve 1 fp", in_="alerts")
    said = await town.told("ana", "trends 14d", in_="alerts")
    assert "the last 14 days" in said
    assert "4 new alerts; none in the time before." in said
    card = (await town.teams.wait_for_card("alerts", "Trends"))["card"]
    charts = {node["title"]: node for node in walk(card) if str(node.get("type")).startswith("Chart.")}
    assert set(charts) == {
        "New by severity",
        "Resolved, by verdict",
        "Most frequent rules",
        "New by source",
    }
    assert all("fallback" in chart for chart in charts.values())
    severity = charts["New by severity"]
    assert [(one["legend"], sum(value["y"] for value in one["values"])) for one in severity["data"]] == [
        ("High", 3),
        ("Low", 1),
    ]
    facts = severity["fallback"]["facts"]
    assert len(facts) == 14
    assert facts[-1]["value"] == "High 3, Low 1"

    filtered = await town.told("ana", "trends severity:low 7d", in_="alerts")
    assert "1 new alert;" in filtered
    posted = await town.teams.wait_for_card("alerts", "the last 7 days")
    assert "the last 30 days · severity:low" in await town.pressed("bo", posted, "30 days")


async def test_a_length_of_time_that_makes_no_sense_is_answered_with_one_that_works(town: Town) -> None:
    for wrong in ("trends 400d", "trends severity:high 30x", "trends 1d"):
        answer = await town.told("ana", wrong, in_="alerts")
        assert "from 2 to 366 days" in answer
        assert "“trends severity:high 30d”" in answer
    assert "did you mean severity" in await town.told("ana", "trends sverity:high", in_="alerts")
    assert "0 new alerts" in await town.told("ana", "trends severity:high 30d", in_="alerts")
