"""`tocsin doctor`: every link of the set-up tried against real parts, and the one that is broken is named."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web

from bot.alerts.messages import ConversationKind
from bot.alerts.triage import Mode
from bot.doctor.examine import CHECKS, examine
from bot.doctor.finding import Finding, State
from bot.sandbox.config import SandboxConfig
from tests.support.alertmanagers import stand_in
from tests.support.certificates import self_signed
from tests.support.program import run
from tests.support.receiver import receiving
from tests.support.town import Town, running_town

NOW = datetime.now(UTC)
SECRET = "sandbox-app-password"
NO_GROUP = "group:00000000-0000-4000-8000-000000000001"


async def findings(town: Town, seconds: float = 10, **settings: str) -> list[Finding]:
    environment = {**town.environment, "TOCSIN_PUBLIC_URL": town.bot, **settings}
    return await examine(environment, seconds=seconds, progress=lambda *_: None)


async def found(town: Town, about: str, seconds: float = 10, **settings: str) -> Finding:
    """The worst that is said about a link. No secret is in any of it."""
    every = await findings(town, seconds, **settings)
    assert SECRET not in repr(every)
    order = [State.FAILED, State.WARNING, State.OK]
    return min((one for one in every if one.about == about), key=lambda one: order.index(one.state))


async def test_all_is_well_and_each_link_has_its_line(town: Town) -> None:
    environment = {**town.environment, "TOCSIN_PUBLIC_URL": town.bot, "TOCSIN_GRAPH_ALERTS": "readwrite"}
    ended = await run("doctor", environment=environment)
    assert (ended.code, ended.err) == (0, ""), ended.out + ended.err
    assert "failed  " not in ended.out
    assert "0 failed, 0 to look at" in ended.out
    for link in ("settings", "sign-in", "clock", "signing keys", "database", "Connector", "Graph", "public address"):
        assert any(line.startswith(f"ok       {link} ") for line in ended.out.splitlines()), link
    # Both ids of the team: Teams' own, and that of its group in Entra.
    team = (await town.teams.state())["team"]
    assert f"({team['id']}, Entra group {team['aadGroupId']})" in ended.out
    assert "19:" in team["id"]


async def test_for_programs_it_is_json_and_the_exit_code_says_whether_something_failed(town: Town) -> None:
    environment = {**town.environment, "TOCSIN_PUBLIC_URL": town.bot, "MicrosoftAppPassword": "not-the-secret"}
    ended = await run("doctor", "--json", environment=environment)
    assert (ended.code, ended.err) == (1, "")
    assert "not-the-secret" not in ended.out
    told = json.loads(ended.out)
    assert told["ok"] is False
    by_link = {one["about"]: one for one in told["findings"]}
    assert by_link["sign-in"]["state"] == "failed"
    assert "the client secret is wrong (AADSTS7000215)" in by_link["sign-in"]["found"]
    assert "MicrosoftAppPassword to its Value, not to its Secret ID" in by_link["sign-in"]["fix"]
    # What cannot be known without a token is not called broken.
    assert by_link["Connector"] == {
        "about": "Connector",
        "state": "warning",
        "found": "Not examined before this is well: sign-in.",
        "fix": "",
    }
    assert by_link["database"]["state"] == "ok"


async def test_settings_that_make_no_sense_are_named_without_their_secrets(town: Town) -> None:
    wrong = {
        **town.environment,
        "MicrosoftAppId": "",
        "TOCSIN_ZONE": "Mars/Olympus",
        "TOCSIN_ROTA_SOC": "https://cal.example/secret-key.ics nonsense",
    }
    ended = await run("doctor", environment=wrong)
    assert ended.code == 1
    assert "MicrosoftAppId: is required" in ended.out
    assert "'Mars/Olympus' is not an IANA time zone" in ended.out
    assert "Set TOCSIN_ZONE as docs/settings.md says" in ended.out
    assert "secret-key" not in ended.out + ended.err
    url = await found(town, "settings", TOCSIN_DATABASE_URL="mysql://ana:hidden-word@host/x")
    assert url.state is State.FAILED
    assert "TOCSIN_DATABASE_URL" in url.found
    assert "hidden-word" not in url.found
    host = await found(town, "settings", TOCSIN_CONNECTOR_HOSTS="https://x.example/teams")
    assert "TOCSIN_CONNECTOR_HOSTS" in host.found


@pytest.mark.parametrize(
    ("settings", "cause", "fix"),
    [
        ({"MicrosoftAppId": "another"}, "no app with that id in the tenant (AADSTS700016)", "Application (client) ID"),
        ({"MicrosoftAppTenantId": "another"}, "there is no such tenant (AADSTS90002)", "Directory (tenant) ID"),
        ({"TOCSIN_LOGIN_URL": "http://127.0.0.1:9"}, "did not answer", "reach 127.0.0.1:9 over HTTPS"),
    ],
)
async def test_an_identity_that_is_wrong(town: Town, settings: Mapping[str, str], cause: str, fix: str) -> None:
    line = await found(town, "sign-in", **settings)
    assert line.state is State.FAILED
    assert cause in line.found
    assert fix in line.fix


async def test_signing_keys_that_cannot_be_had(town: Town) -> None:
    await town.teams.fault("keys", status=503)
    line = await found(town, "signing keys")
    assert line.state is State.FAILED
    assert "answers 503, without OpenID metadata. Without them nobody can speak to the bot." in line.found
    assert "TOCSIN_OPENID_METADATA_URL" in line.fix
    line = await found(town, "signing keys", TOCSIN_OPENID_METADATA_URL="http://127.0.0.1:9/x")
    assert "nothing answers there" in line.found


async def test_a_clock_that_is_off(town: Town) -> None:
    await town.teams.advance(60)
    line = await found(town, "clock")
    assert (line.state, "s ahead of" in line.found) == (State.WARNING, True)
    await town.teams.advance(600)
    line = await found(town, "clock")
    assert line.state is State.FAILED
    assert "tokens of Teams are refused beyond 5 min" in line.found
    assert "NTP" in line.fix


async def test_a_connector_that_does_not_let_us_in(town: Town) -> None:
    line = await found(town, "Connector", TOCSIN_CONNECTOR_HOSTS="127.0.0.1:9")
    assert line.state is State.FAILED
    assert "is not allowed to get the bot's token" in line.found
    assert "TOCSIN_CONNECTOR_HOSTS" in line.fix
    await town.teams.fault("members", status=401)
    line = await found(town, "Connector")
    assert "does not accept the bot's token (401 BotNotRegistered)" in line.found
    assert "MicrosoftAppId" in line.fix
    await town.teams.heal()
    await town.teams.fault("members", status=503)
    line = await found(town, "Connector")
    assert line.state is State.FAILED
    assert "503" in line.found
    assert (await found(town, "installation")).found == "Not examined before this is well: Connector."


async def test_what_takes_too_long_is_named_and_holds_up_nothing_else(town: Town) -> None:
    await town.teams.fault("keys", delay=5)
    every = {one.about: one for one in await findings(town, seconds=2)}
    assert every["signing keys"].found == "No answer within 2 s."
    assert "firewall" in every["signing keys"].fix
    assert every["sign-in"].state is State.OK


async def test_nobody_has_installed_it(bare_town: Town) -> None:
    line = await found(bare_town, "installation")
    assert line.state is State.WARNING
    assert "No channel gets alerts" in line.found
    assert "Install the app in a team" in line.fix
    assert (await found(bare_town, "Connector")).state is State.WARNING


async def test_where_the_app_was_removed(town: Town) -> None:
    # Teams has forgotten us and could not tell.
    await town.teams.fault("members", status=403)
    line = await found(town, "installation")
    assert line.state is State.FAILED
    assert "Teams does not let the bot into" in line.found
    assert "(403 BotNotInConversationRoster)" in line.found
    assert "Install the app there" in line.fix
    await town.teams.heal()
    await town.teams.uninstall("ana", channel="alerts")
    every = await findings(town)
    assert any("The app was removed from" in one.found for one in every if one.about == "installation")


async def test_a_team_that_is_known_by_the_wrong_one_of_its_ids(town: Town) -> None:
    state = await town.teams.state()
    group = state["team"]["aadGroupId"]

    await town.changed(
        lambda uow: uow.conversations.meet(
            teams_id=uow.conversations.subscribed()[0].teams_id,
            kind=ConversationKind.CHANNEL,
            service_url="",
            tenant_id="",
            team_id=group,
        )
    )
    line = await found(town, "installation")
    assert line.state is State.FAILED
    assert f"known as {group}, which is no id of Teams' own (19:…@thread.tacv2)" in line.found


async def test_experts_whom_nobody_can_ask(town: Town) -> None:
    line = await found(town, "installation", TOCSIN_EXPERTS="19:nowhere@thread.tacv2")
    assert line.state is State.WARNING
    assert "TOCSIN_EXPERTS: 19:nowhere@thread.tacv2 is not known here" in line.found


async def test_permissions_for_graph_that_are_missing_are_named(tmp_path: Path) -> None:
    config = SandboxConfig(graph_roles=("SecurityAlert.Read.All", "SecurityIncident.Read.All"))
    async with running_town(tmp_path, config=config) as town:
        assert (await found(town, "Graph", TOCSIN_GRAPH_ALERTS="read")).state is State.OK
        every = [one for one in await findings(town, TOCSIN_GRAPH_ALERTS="readwrite") if one.about == "Graph"]
        assert [(one.state, one.found.split()[6].rstrip(":")) for one in every] == [
            (State.FAILED, "SecurityAlert.ReadWrite.All"),
            (State.FAILED, "SecurityIncident.ReadWrite.All"),
            (State.WARNING, "SecurityData.Manage.All"),
        ]
        assert "API permissions, Microsoft Graph, Application permissions" in every[0].fix
        ana = (await town.teams.person("ana"))["objectId"]
        line = await found(town, "Graph", TOCSIN_ADMINISTRATORS=f"{ana},{NO_GROUP}")
        assert "lacks the application permission GroupMember.Read.All" in line.found
        await town.changed(lambda uow: uow.triage.set_mode(1, Mode.ACT, NOW))
        line = await found(town, "Graph", TOCSIN_GRAPH_ALERTS="read")
        assert line.state is State.WARNING
        assert "MailboxSettings.Read" in line.found or "IdentityRiskyUser.Read.All" in line.found


async def test_graph_that_refuses_or_knows_no_such_group(town: Town) -> None:
    ana = (await town.teams.person("ana"))["objectId"]
    line = await found(town, "Graph", TOCSIN_ADMINISTRATORS=f"{ana},{NO_GROUP}")
    assert line.state is State.FAILED
    assert "Entra knows no group" in line.found
    assert "Object ID from Entra" in line.fix
    await town.teams.fault("graph", status=403, code="Forbidden")
    line = await found(town, "Graph", TOCSIN_GRAPH_ALERTS="read")
    assert "is refused (403 Forbidden) although the permission is there" in line.found
    assert "licence" in line.fix
    await town.teams.heal()
    assert not [one for one in await findings(town, TOCSIN_GRAPH_ALERTS="off") if one.about == "Graph"]


async def test_a_public_address_that_leads_elsewhere(town: Town, tmp_path: Path) -> None:
    line = await found(town, "public address", TOCSIN_PUBLIC_URL="http://127.0.0.1:9")
    assert (line.state, "nothing answers there" in line.found) == (State.FAILED, True)
    assert "tocsin serve" in line.fix
    line = await found(town, "public address", TOCSIN_PUBLIC_URL=town.teams.url)
    assert "not as Tocsin does" in line.found
    async with _tls(tmp_path) as url:
        line = await found(town, "public address", TOCSIN_PUBLIC_URL=url)
    assert "TLS certificate is not accepted" in line.found
    assert "certificate" in line.fix


@asynccontextmanager
async def _tls(folder: Path) -> AsyncIterator[str]:
    runner = web.AppRunner(web.Application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self_signed(folder)).start()
    try:
        yield f"https://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_alertmanager_and_what_its_answers_mean(town: Town) -> None:
    async with stand_in() as (manager, _there):
        assert (await found(town, "Alertmanager", TOCSIN_ALERTMANAGER_URL=manager.url)).state is State.OK
    line = await found(town, "Alertmanager", TOCSIN_ALERTMANAGER_URL="http://127.0.0.1:9")
    assert (line.state, "cannot be reached" in line.found) == (State.FAILED, True)
    line = await found(town, "Alertmanager", TOCSIN_ALERTMANAGER_URL=town.bot)
    assert "no API of Alertmanager" in line.found


async def test_webhooks_and_calendars_that_cannot_be_reached(town: Town) -> None:
    now = NOW
    async with receiving() as receiver:
        await town.changed(
            lambda uow: uow.webhooks.add("soar", receiver.url, secret="x" * 32, wants="", kinds=(), at=now)
        )
        line = await found(town, "webhooks")
        assert (line.state, "soar is not called: only https" in line.found) == (State.FAILED, True)
        assert "TOCSIN_WEBHOOK_HOSTS" in line.fix
        assert (await found(town, "webhooks", TOCSIN_WEBHOOK_HOSTS=receiver.host)).state is State.OK
        assert receiver.came == []  # looking is no event
        host = receiver.host
    assert "nothing answers there" in (await found(town, "webhooks", TOCSIN_WEBHOOK_HOSTS=host)).found
    rota = "http://127.0.0.1:9/private-key.ics"
    line = await found(town, "calendars", TOCSIN_ROTA_SOC=rota, TOCSIN_CALENDAR_HOSTS="127.0.0.1:9")
    assert line.state is State.FAILED
    assert "rota soc, calendar 1: no answer" in line.found
    assert "private-key" not in line.found


async def test_every_check_comes_after_those_that_it_needs() -> None:
    names = [check.about for check in CHECKS]
    assert all(names.index(need) < names.index(check.about) for check in CHECKS for need in check.needs)
