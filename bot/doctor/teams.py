"""Teams itself: the Connector, and where the app is installed."""

import asyncio
import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from bot.alerts.conversation import Conversation
from bot.alerts.errors import DeliveryDelayed, DeliveryProblem, DeliveryRefused, Refusal
from bot.alerts.messages import ConversationKind
from bot.doctor.finding import Finding, failed, ok, warning
from bot.doctor.ground import Ground
from bot.doctor.web import Unreached, page

CONNECTOR: Final = "Connector"
INSTALLED: Final = "installation"

#: Where the public cloud's Connector is, for as long as nobody has spoken to the bot.
_USUAL: Final = "https://smba.trafficmanager.net/teams/"

#: How many places are asked about, and at once.
_PLACES, _ABREAST = 100, 4

#: The two ids of a team: Teams' own, which calls of the Connector take, and that of its Entra group, which they refuse.
_THREAD: Final = re.compile(r"19:\S+@(thread\.(tacv2|skype)|unq\.gbl\.spaces)")

_NOWHERE: Final = "Install the app in a team (`tocsin manifest` makes it), or say `subscribe` in a channel that has it."
_INSTALL: Final = "Install the app there (Apps, Manage your apps; `tocsin manifest` makes it) and say `subscribe`."


async def connector(ground: Ground) -> Sequence[Finding]:
    """Each Connector that the bot speaks to, by one call with its token."""
    known = [one for one in await _conversations(ground) if not one.gone]
    if not known:
        return [await _usual(ground)]
    by_url = {one.service_url: one for one in known}
    return await asyncio.gather(*(_reached(ground, one) for one in by_url.values()))


async def _usual(ground: Ground) -> Finding:
    if ground.settings.extra_connector_hosts:
        fix = "Install the app in a team, and examine again."
        return warning(CONNECTOR, "Its address comes with the first message of Teams, and there was none yet.", fix)
    host = urlsplit(_USUAL).netloc
    try:
        await page(ground.session, _USUAL)
    except Unreached as why:
        return failed(CONNECTOR, f"{host} cannot be reached: {why}.", why.fix)
    return ok(CONNECTOR, f"{host} answers; nobody has spoken to the bot yet.")


async def _reached(ground: Ground, one: Conversation) -> Finding:
    host = urlsplit(one.service_url).netloc
    try:
        await ground.connector.member(one.address, ground.settings.app_id)
    except DeliveryDelayed as delayed:
        fix = f"Let this machine reach {host} over HTTPS; where Teams itself is down, wait."
        return failed(CONNECTOR, f"{host} does not answer as it should: {delayed}.", fix)
    except DeliveryRefused as refused:
        if refused.code == "HostNotAllowed":
            found = f"{host} is not allowed to get the bot's token, and is where Teams says that it is to be reached."
            fix = "If that host is your cloud's Connector, add it to TOCSIN_CONNECTOR_HOSTS."
            return failed(CONNECTOR, found, fix)
        if refused.status == 401:
            found = f"{host} does not accept the bot's token (401 {refused.code})."
            fix = "Compare MicrosoftAppId with the Azure bot's, and see that its Teams channel is on."
            return failed(CONNECTOR, found, fix)
        if refused.status >= 500:
            found = f"{host} answers {refused.status} {refused.code}."
            return failed(CONNECTOR, found, "Teams is in trouble: look at its service health, and try again later.")
        # That it knows nobody of that id is an answer, too.
    return ok(CONNECTOR, f"{host} takes the bot's token.")


async def installation(ground: Ground) -> Sequence[Finding]:
    """Where alerts go, and whether Teams still lets us in there."""
    known = await _conversations(ground)
    subscribed = [one for one in known if one.subscribed]
    here, gone = [one for one in subscribed if not one.gone], [one for one in subscribed if one.gone]
    abreast = asyncio.Semaphore(_ABREAST)

    async def asked(one: Conversation) -> Finding:
        async with abreast:
            return await _entered(ground, one)

    found: list[Finding] = list(await asyncio.gather(*(asked(one) for one in here[:_PLACES])))
    found += [warning(INSTALLED, f"The app was removed from {_name(one)}.", _INSTALL) for one in gone[:_PLACES]]
    if not here:
        found.append(warning(INSTALLED, "No channel gets alerts: they are kept, and nobody is told.", _NOWHERE))
    if len(here) > _PLACES:
        rest = f"{len(here) - _PLACES} more channels were not looked at."
        found.append(warning(INSTALLED, rest, "Look at `tocsin retry --list`, where what Teams refuses is."))
    chats = sum(one.kind is ConversationKind.PERSONAL and not one.gone for one in known)
    return [
        *found,
        *([ok(INSTALLED, f"{chats} people have it in a chat of their own.")] if chats else []),
        *_experts(ground, known),
    ]


async def _entered(ground: Ground, one: Conversation) -> Finding:
    name = _name(one)
    if one.team_id and not _THREAD.fullmatch(one.team_id):
        found = f"The team of {name} is known as {one.team_id}, which is no id of Teams' own (19:…@thread.tacv2)."
        return failed(
            INSTALLED, found, "Remove the app from the team and install it again: Teams then says the right one."
        )
    try:
        if not one.team_id:
            await ground.connector.member(one.address, ground.settings.app_id)
            return ok(INSTALLED, f"{name} can be written to.")
        team = await ground.connector.team(one.service_url, one.team_id)
        channels = await ground.connector.team_channels(one.service_url, one.team_id)
    except DeliveryRefused as refused:
        return _refused(name, one, refused)
    except DeliveryProblem as problem:
        return warning(INSTALLED, f"{name}: Teams does not say ({problem}).", "Examine again in a few minutes.")
    if one.kind is ConversationKind.CHANNEL and all(channel.id != one.teams_id for channel in channels):
        found = f"{name} is not among the channels of {team.name or 'its team'} that the bot can see."
        fix = "If the channel was deleted, choose another one; if it is private or shared, add the app to it, too."
        return warning(INSTALLED, found, fix)
    group = f", Entra group {team.group_id}" if team.group_id else ""
    return ok(INSTALLED, f"{name} can be written to: team {team.name} ({team.id}{group}).")


def _refused(name: str, one: Conversation, refused: DeliveryRefused) -> Finding:
    if refused.code == "MemberNotFoundInConversation":
        return ok(INSTALLED, f"{name} can be written to.")
    if refused.refusal is Refusal.FORBIDDEN:
        return failed(INSTALLED, f"Teams does not let the bot into {name} ({refused.status} {refused.code}).", _INSTALL)
    if refused.status == 404:
        what = "team" if one.team_id else "conversation"
        found = f"Teams does not know the {what} of {name} any more ({refused.status} {refused.code})."
        return failed(INSTALLED, found, _INSTALL)
    fix = "Look into the bot's log for what it was told, and examine again."
    return failed(INSTALLED, f"Teams refuses {name} ({refused.status} {refused.code}).", fix)


def _experts(ground: Ground, known: Sequence[Conversation]) -> list[Finding]:
    place = ground.settings.experts
    if not place:
        return []
    found = next((one for one in known if place in (one.teams_id, one.person)), None)
    if found is not None and not found.gone:
        return [ok(INSTALLED, f"Questions to experts go to {_name(found)}.")]
    why = "is not known here" if found is None else "is gone"
    fix = "Install the app there; a person needs it in a chat of their own."
    return [warning(INSTALLED, f"TOCSIN_EXPERTS: {place} {why}, so questions to experts reach nobody.", fix)]


def _name(one: Conversation) -> str:
    places = " / ".join(part for part in (one.team_name, one.name) if part)
    return places or ("the General channel" if one.teams_id == one.team_id else one.teams_id)


async def _conversations(ground: Ground) -> Sequence[Conversation]:
    return await ground.store.read(lambda uow: uow.conversations.all())
