"""Verbs in text form: numbers, ranges, threads, and words."""

from bot.alerts.words import Classification, Status
from tests.support.town import Town


async def test_each_verb_works_in_words(town: Town) -> None:
    posted = await town.raised()
    number = posted["number"]
    said = [
        (f"assign {number} me", "Ana Alvarez took it"),
        (f"assign {number} nobody", "gave it back"),
        (f"assign {number} to Bo", "assigned it to Bo Berg"),
        (f"assign {number} bo.berg@contoso.example", "has it already"),
        (f"assign {number} Zoe", "do not know anybody"),
        (f"start {number}", "Ana Alvarez started"),
        (f"Comment #{number}: first line\nsecond line", "commented"),
        (f"classify {number} tp malware", "Malware"),
        (f"tag {number} +vip -lab", "+vip"),
        (f"link {number} new", "linked it to incident 1"),
        (f"link {number} 1", "in incident 1 already"),
        (f"link {number} to incident 77", "no incident 77"),
        (f"resolve {number} fp: not malicious", "False positive"),
        (f"resolve {number}", "It is resolved"),
        (f"reopen {number}", "reopened"),
        (f"undo {number}", "undid"),
        (f"similar {number}", "Similar"),
        (f"history {number}", "Ana Alvarez started"),
        (f"details {number}", "What happened"),
        ("resolve", "Which alert?"),
        (f"tag {number}", "Which tags?"),
        (f"link {number}", "Which incident?"),
        ("start 999", "#999: not available here"),
        (f"comment {number}", "empty"),
    ]
    for text, answer in said:
        assert answer in await town.told("ana", text), text
    kept = await town.alert(number)
    assert (kept.status, kept.incident, kept.tags) == (Status.RESOLVED, 1, ("vip",))
    comments = [entry.comment for entry in await town.history(number) if entry.comment]
    assert comments == ["first line\nsecond line"]


async def test_a_range_means_the_open_alerts_that_one_sees(town: Town) -> None:
    for title in ("One", "Two", "Three", "Four"):
        await town.raised(title)
    await town.told("bo", "resolve 2 tp", in_="alerts")
    told = await town.told("ana", "resolve 1-3, 99 expected security test", in_="alerts")
    assert "#1, #3: Ana Alvarez resolved it" in told
    assert "#2" not in told
    assert "#99: not available here" in told
    verdicts = [(await town.alert(number)).classification for number in (1, 2, 3, 4)]
    expected, positive, unset = Classification.EXPECTED, Classification.TRUE_POSITIVE, Classification.NOT_SET
    assert verdicts == [expected, positive, expected, unset]
    assert "None of these alerts is open" in await town.told("ana", "resolve 1-3 fp", in_="alerts")
    assert "at most 50" in await town.told("ana", "resolve 1-1000 fp", in_="alerts")
    assert (await town.alert(4)).is_open


async def test_in_the_thread_of_an_alert_its_number_goes_without_saying(town: Town) -> None:
    other, posted = await town.raised("Other"), await town.raised("This one")
    number, thread = posted["number"], posted["id"]
    for text in ("assign me", "comment on it\nwith a second line", "link new", "tag vip", "resolve fp"):
        assert f"#{number}: " in await town.told("ana", text, in_="alerts", thread=thread)
    kept = await town.alert(number)
    assert (kept.status, kept.incident, kept.tags, kept.comment_count) == (Status.RESOLVED, 1, ("vip",), 1)
    assert "in incident 1 already" in await town.told("ana", "link 1", in_="alerts", thread=thread)
    assert (await town.alert(other["number"])).revision == 1
    assert f"#{other['number']}" in await town.told("ana", f"start {other['number']}", in_="alerts", thread=thread)
    said = await town.teams.says("ana", "no thread of an alert", in_="alerts", mention=False)
    assert "Which alert?" in await town.told("ana", "resolve fp", in_="alerts", thread=said["id"])


async def test_a_number_in_a_comment_is_part_of_the_comment(town: Town) -> None:
    first, second = await town.raised("First"), await town.raised("Second")
    await town.told("bo", f"comment {first['number']} {second['number']} hosts are affected", in_="alerts")
    assert (await town.history(first["number"]))[-1].comment == f"{second['number']} hosts are affected"
    assert (await town.alert(second["number"])).comment_count == 0


async def test_in_the_thread_of_an_alert_a_comment_may_begin_with_a_number(town: Town) -> None:
    other, posted = await town.raised("Other"), await town.raised("This one")
    thread = posted["id"]
    await town.told("bo", f"comment {other['number']} hosts are down", in_="alerts", thread=thread)
    assert (await town.history(posted["number"]))[-1].comment == f"{other['number']} hosts are down"
    await town.told("bo", f"comment #{other['number']} hosts are down", in_="alerts", thread=thread)
    assert (await town.history(other["number"]))[-1].comment == "hosts are down"
    said = await town.teams.says("bo", "not an alert's thread", in_="alerts", mention=False)
    await town.told("bo", f"comment {other['number']} from elsewhere", in_="alerts", thread=said["id"])
    assert (await town.history(other["number"]))[-1].comment == "from elsewhere"


async def test_somebody_may_be_named_by_a_mention(town: Town) -> None:
    posted = await town.raised()
    bot, bo = (await town.teams.state())["bot"], await town.teams.person("bo")
    await town.told("bo", "help")
    entities = [
        {"type": "mention", "text": "<at>Tocsin</at>", "mentioned": {"id": bot["id"], "name": "Tocsin"}},
        {"type": "mention", "text": "<at>Bo Berg</at>", "mentioned": {"id": bo["id"], "name": "Bo Berg"}},
    ]
    text = f"<at>Tocsin</at>&nbsp;assign {posted['number']} to <at>Bo Berg</at>"
    await town.teams.sends("ana", in_="alerts", thread=posted["id"], overrides={"text": text, "entities": entities})
    await town.teams.wait_for("alerts", "Ana Alvarez assigned it to Bo Berg")
    assert (await town.alert(posted["number"])).assignee == bo["objectId"]


async def test_some_of_several_alerts_may_be_shown_where_others_are_not_here(town: Town) -> None:
    await town.raised("Here")
    told = await town.told("ana", "alert 999 1")
    assert "#999: not available here" in told or "Here" in told
    await town.teams.wait_for_card("ana", "Here")
    await town.teams.wait_for("ana", "#999: not available here")
