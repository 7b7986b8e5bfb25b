"""What Teams refused for good is listed with its reason, and sent again on demand."""

from tests.support.program import run
from tests.support.town import Town


async def test_what_was_refused_is_listed_and_sent_again(town: Town) -> None:
    await town.teams.fault("create", status=500, times=1)
    (number,) = (await town.report("graph", [{"id": "da1", "title": "Refused at first"}]))["alerts"]

    async def refused() -> bool:
        return bool(await town.kept(lambda uow: uow.cards.refused(limit=1)))

    await town.teams.until(refused, waiting_for="a card that was refused")
    listed = await run("retry", "--list", environment=town.environment)
    assert listed.code == 0, listed
    assert f"alert {number} in " in listed.out
    assert "500 ServiceError" in listed.out
    assert "1 cards were refused" in listed.out

    again = await run("retry", environment=town.environment)
    assert "1 cards are sent again" in again.out
    await town.teams.wait_for_card("alerts", "Refused at first")
    assert "0 cards were refused" in (await run("retry", "--list", environment=town.environment)).out
