"""What people said about an alert comes back as a recommendation for the next one like it."""

from tests.support.payloads import graph_alert
from tests.support.town import Town

TITLE = "Backup job dumps memory"


async def _judged(town: Town, *verdicts: str, by: str = "ana") -> list[int]:
    numbers = []
    for verdict in verdicts:
        posted = await town.raised(TITLE)
        await town.told(by, f"resolve {posted['number']} {verdict}")
        numbers.append(posted["number"])
    return numbers


async def test_verdicts_come_back_as_a_line_on_the_next_card_and_as_a_recommendation(town: Town) -> None:
    (true,) = await _judged(town, "tp malware", by="bo")
    judged = await _judged(town, *["fp not malicious"] * 4)
    posted = await town.raised(TITLE)
    card = await town.teams.card("alerts", as_="ana", containing=f"#{posted['number']}")
    assert "4 of 5 like it: false positive, 1 true positive" in str(card)

    shown = await town.pressed("ana", posted, "Recommendation")
    assert "False positive · Not malicious" in shown.replace("\n", "")
    assert "4 of 5 earlier alerts of this rule" in shown
    assert "Ana Alvarez (4)" in shown
    assert f"Earlier true positive: #{true}" in shown
    assert (await town.alert(posted["number"])).revision == 1, "a recommendation changes nothing"
    assert "Assign to me" in await town.pressed("ana", posted, "Back")

    for number in judged:
        await town.told("ana", f"undo {number}")
        await town.told("ana", f"classify {number} expected confirmed activity")
    told = await town.told("bo", f"recommendations {posted['number']}", in_="alerts")
    assert "4 of 5 earlier alerts of this rule" in told
    assert "expected activity" in told


async def test_without_verdicts_there_is_no_basis_and_advice_is_sorted_all_the_same(town: Town) -> None:
    advice = "Validate the alert:\n- Check who started it.\nIsolate the device.\nEnable tamper protection."
    posted = await town.raised(TITLE, recommendedActions=advice)
    shown = await town.pressed("ana", posted, "Recommendation")
    assert "No basis" in shown
    assert shown.index("Investigate") < shown.index("Remediate") < shown.index("Prevent")


async def test_how_alike_ones_were_resolved_is_shown_with_the_words_of_who_did_it(town: Town) -> None:
    evidence = graph_alert(full=True)["evidence"][:1]
    first = await town.raised(TITLE, evidence=evidence)
    await town.pressed("ana", first, "Resolve…")
    await town.pressed("ana", first, "Resolve", classification="falsePositive", comment="the backup job, as always")
    posted = await town.raised(TITLE, evidence=evidence)
    shown = await town.pressed("bo", posted, "Recommendation")
    assert "the backup job, as always" in shown
    assert "All by Ana Alvarez" in shown
