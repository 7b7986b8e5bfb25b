"""`tocsin` as people run it: a process with an environment, exit codes, and words."""

import signal
from pathlib import Path

import pytest

from bot.sandbox.config import bot_environment
from tests.support.payloads import graph_alert
from tests.support.program import run, serving
from tests.support.sandbox import Json
from tests.support.town import Town

IDENTITY = {"MicrosoftAppId": "a", "MicrosoftAppPassword": "b", "MicrosoftAppTenantId": "c"}


def environment(town: Town) -> dict[str, str]:
    return {**bot_environment(town.config, public_url=town.teams.url), "TOCSIN_DATABASE_URL": town.database_url}


async def test_serve_without_an_app_id_ends_at_once_and_names_the_setting(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    ended = await run("serve", environment={"TOCSIN_DATABASE_URL": url})
    assert ended.code == 1
    assert "MicrosoftAppId: is required" in ended.err
    assert "MicrosoftAppTenantId: is required" in ended.err
    assert "Traceback" not in ended.err
    assert not (tmp_path / "x.db").exists()


async def test_settings_that_make_no_sense_are_all_named(tmp_path: Path) -> None:
    wrong = {**IDENTITY, "TOCSIN_ZONE": "Mars/Olympus", "TOCSIN_PORT": "99999", "TOCSIN_DIGEST_AT": "noon"}
    ended = await run("serve", environment=wrong)
    assert ended.code == 1
    for name in ("TOCSIN_ZONE", "TOCSIN_PORT", "TOCSIN_DIGEST_AT"):
        assert name in ended.err
    assert "Traceback" not in ended.err


async def test_a_token_of_a_source_that_there_is_not_is_a_typing_error(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    wrong = {**IDENTITY, "TOCSIN_DATABASE_URL": url, "TOCSIN_SOURCE_GRPAH_TOKEN": "secret-token", "TOCSIN_PORT": "0"}
    ended = await run("serve", environment=wrong)
    assert ended.code == 1
    assert (
        "TOCSIN_SOURCE_GRPAH_TOKEN: there is no such source; there are alertmanager, generic, grafana, graph, sentinel"
        in ended.err
    )
    assert "Traceback" not in ended.err
    assert "secret-token" not in ended.err


async def test_a_database_that_cannot_be_is_named_without_a_trace() -> None:
    for url in ("mysql://x/y", "nonsense", "sqlite:////proc/nowhere/x.db"):
        ended = await run("migrate", environment={**IDENTITY, "TOCSIN_DATABASE_URL": url})
        assert ended.code == 1, url
        assert "tocsin: " in ended.err
        assert "Traceback" not in ended.err, url


@pytest.mark.parametrize("command", ["", "serve", "sandbox", "migrate", "digest", "token", "webhook"])
async def test_every_command_has_its_help(command: str) -> None:
    ended = await run(*filter(None, [command]), "--help")
    assert ended.code == 0
    assert "usage: tocsin" in ended.out
    assert (command or "COMMAND") in ended.out


async def test_what_is_no_command_is_answered_with_the_usage() -> None:
    ended = await run("explode")
    assert ended.code == 2
    assert "usage: tocsin" in ended.err


async def test_migrate_makes_the_database_and_may_be_repeated(tmp_path: Path) -> None:
    settings = {**IDENTITY, "TOCSIN_DATABASE_URL": f"sqlite:///{tmp_path / 'new' / 'x.db'}"}
    for _ in range(2):
        ended = await run("migrate", environment=settings)
        assert (ended.code, ended.out) == (0, "The database is up to date.\n")
    assert (tmp_path / "new" / "x.db").exists()


async def test_serve_works_ends_with_sigterm_and_keeps_a_second_one_out(bare_town: Town) -> None:
    await bare_town.stop()
    async with serving(environment(bare_town)) as bot:
        await bare_town.teams.connect_bot(bot.url)
        await bare_town.teams.install("ana", channel="alerts")
        await bare_town.teams.wait_for_card("alerts", "Tocsin is here")
        second = await run("serve", environment={**environment(bare_town), "TOCSIN_PORT": "0"})
        assert second.code == 1
        assert f"process {bot.process.pid} serves from this database already" in second.err
        assert "Traceback" not in second.err
        assert await bot.end(signal.SIGTERM) == 0
    async with serving(environment(bare_town)) as bot:
        assert await bot.end(signal.SIGINT) == 0


async def test_an_alert_answered_with_202_survives_kill_9(bare_town: Town) -> None:
    town = bare_town
    await town.teams.install("ana", channel="alerts")
    await town.teams.wait_for_card("alerts", "Tocsin is here")
    await town.stop()
    numbers: list[int] = []
    async with serving(environment(town)) as bot:
        town.bot = bot.url
        for n in range(3):
            alerts: list[Json] = [graph_alert(id=f"da{n}-{m}", incidentId=None, title="Unkillable") for m in range(4)]
            numbers += (await town.send("graph", alerts)).body["alerts"]
        assert await bot.end(signal.SIGKILL) == -signal.SIGKILL
    await town.start()
    assert [(await town.alert(number)).title for number in numbers] == ["Unkillable"] * 12
    for number in numbers:
        await town.teams.wait_for_card("alerts", f"#{number}", seconds=30)


async def test_digest_now_makes_one_that_the_running_bot_posts(town: Town) -> None:
    await town.raised()
    ended = await run("digest", "--now", environment=environment(town))
    assert ended.code == 0, ended.err
    assert "1 digest" in ended.out
    await town.teams.wait_for_card("alerts", "Digest")


async def test_digest_on_a_database_that_was_never_made_says_what_to_do(tmp_path: Path) -> None:
    settings = {**IDENTITY, "TOCSIN_DATABASE_URL": f"sqlite:///{tmp_path / 'x.db'}"}
    ended = await run("digest", "--now", environment=settings)
    assert ended.code == 1
    assert "Traceback" not in ended.err
    assert "migrate" in ended.err
