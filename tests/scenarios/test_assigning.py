"""Who has an alert: oneself, nobody, or somebody from the people picker."""

from typing import Any

from tests.support.town import Town


async def object_id(town: Town, key: str) -> str:
    person: dict[str, Any] = await town.teams.person(key)
    return str(person["objectId"])


async def test_the_picker_gives_it_to_somebody_of_the_channel(town: Town) -> None:
    posted = await town.raised()
    await town.pressed("ana", posted, "Assign…")
    found = await town.teams.searches("ana", "graph.microsoft.com/users?scope=currentContext", "chi", in_="alerts")
    assert [person["title"] for person in found] == ["Chidi Cole"]
    shown = await town.pressed("ana", posted, "Assign", to=found[0]["value"])
    assert "Chidi Cole" in shown
    assert (await town.alert(posted["number"])).assignee == await object_id(town, "chidi")
    assert "Ana Alvarez assigned it to Chidi Cole" in await town.pressed("bo", posted, "History")


async def test_the_picker_may_name_somebody_whom_nobody_has_met_yet(bare_town: Town) -> None:
    """The roster could not be read when the bot came; the one person is asked for when they are picked."""
    teams = bare_town.teams
    await teams.fault("members", status=503)
    await teams.install("ana", channel="alerts")
    posted = await bare_town.raised()
    await teams.heal()
    dana = await object_id(bare_town, "dana")
    assert not await bare_town.kept(lambda uow: uow.people.many([dana]))
    await bare_town.pressed("ana", posted, "Assign…")
    assert "Dana Duarte" in await bare_town.pressed("ana", posted, "Assign", to=dana.upper())
    assert (await bare_town.alert(posted["number"])).assignee == dana


async def test_somebody_who_is_not_here_is_refused_kindly_with_the_fresh_card(town: Town) -> None:
    posted = await town.raised()
    for nobody in (await object_id(town, "sam"), "../../etc", "11111111-2222-3333-4444-555555555555"):
        await town.pressed("ana", posted, "Assign…")
        shown = await town.pressed("ana", posted, "Assign", to=nobody)
        assert "has not met this person" in shown
        assert "nobody has it yet" in shown
    assert (await town.alert(posted["number"])).revision == 1


async def test_it_can_be_given_to_nobody_again_and_the_status_stays(town: Town) -> None:
    posted = await town.raised()
    await town.pressed("ana", posted, "Assign to me")
    await town.pressed("ana", posted, "Start")
    await town.pressed("bo", posted, "Assign…")
    shown = await town.pressed("bo", posted, "To nobody")
    assert "In progress" in shown
    assert "nobody has it yet" in shown
    await town.pressed("bo", posted, "Assign…")
    assert "Bo Berg" in await town.pressed("bo", posted, "To me")


async def test_start_takes_it_where_nobody_has_it_and_leaves_it_with_who_has_it(town: Town) -> None:
    mine, theirs = await town.raised("Mine"), await town.raised("Theirs")
    assert "Bo Berg" in await town.pressed("bo", mine, "Start")
    await town.pressed("ana", theirs, "Assign to me")
    shown = await town.pressed("bo", theirs, "Start")
    assert "In progress" in shown
    assert (await town.alert(theirs["number"])).assignee == await object_id(town, "ana")
