"""Turns: what comes in from Teams, sorted to presses, commands and comings and goings."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Any

from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.core.teams import TeamsActivityHandler
from botbuilder.schema import AdaptiveCardInvokeValue

from bot.alerts.conversation import Conversation
from bot.alerts.errors import Refused
from bot.alerts.messages import ConversationKind
from bot.alerts.people import Person
from bot.alerts.ports import Clock, Store, UnitOfWork
from bot.teams import file_consent
from bot.teams.activity import InboundActivity
from bot.teams.adapter import PlainInvokes, inbound_of
from bot.teams.comings import HANDLED, happened
from bot.teams.commands import Commands, first_told
from bot.teams.dialogs import Dialogs
from bot.teams.extension import Extension
from bot.teams.file_consent import FileConsent
from bot.teams.identity import arrive, meet_conversation, person_of
from bot.teams.presses import Presses, shown_in
from bot.teams.rosters import Rosters
from bot.teams.screens import Json, Screen
from bot.teams.search import Search
from bot.usecases.conversations import come_back
from bot.usecases.routes import subscribe
from bot.usecases.visibility import Reader
from cards.buttons import read_message
from cards.help import render_welcome
from cards.languages import Languages
from cards.naming import place_name
from cards.refusals import refusal_text


class Turn(PlainInvokes, TeamsActivityHandler):  # type: ignore[misc]
    """Our handler of activities. It answers at once; reading rosters goes on in the background."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        languages: Languages,
        presses: Presses,
        dialogs: Dialogs,
        extension: Extension,
        search: Search,
        commands: Commands,
        rosters: Rosters,
        drafted: Callable[[], None],
    ) -> None:
        """`drafted` is called where somebody may have drafted a rule."""
        super().__init__()
        self._store = store
        self._clock = clock
        self._languages = languages
        self._presses = presses
        self._dialogs = dialogs
        self._extension = extension
        self._search = search
        self._commands = commands
        self._rosters = rosters
        self._consent = FileConsent(store, clock)
        self._drafted = drafted
        self._background: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)

    async def on_adaptive_card_invoke(
        self,
        turn_context: TurnContext,
        invoke_value: AdaptiveCardInvokeValue,  # noqa: ARG002
    ) -> Any:  # noqa: ANN401 - the SDK's own model cannot hold our answer
        return await self._presses.answer(inbound_of(turn_context).activity)

    async def on_invoke_activity(self, turn_context: TurnContext) -> InvokeResponse:
        if turn_context.activity.name in ("task/fetch", "task/submit"):
            answer = await self._dialogs.answer(inbound_of(turn_context).activity)
            self._drafted()
            return InvokeResponse(status=int(HTTPStatus.OK), body=answer)
        if self._extension.knows(turn_context.activity.name):
            shared = await self._extension.answer(inbound_of(turn_context).activity)
            return InvokeResponse(status=int(HTTPStatus.OK), body=shared)
        if turn_context.activity.name == "application/search":
            found = await self._search.answer(inbound_of(turn_context).activity)
            return InvokeResponse(status=int(HTTPStatus.OK), body=found)
        if turn_context.activity.name == file_consent.NAME:
            return await self._consent.answer(inbound_of(turn_context).activity)
        if turn_context.activity.name != "adaptiveCard/action":
            return InvokeResponse(status=int(HTTPStatus.NOT_IMPLEMENTED))
        return await super().on_invoke_activity(turn_context)

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        activity = inbound_of(turn_context).activity
        person = person_of(activity)
        if person is None:
            return
        now = self._clock()
        if activity.value is not None and not activity.said:
            await self._pressed_on_an_old_client(activity, person, now)
            return
        if activity.kind is not ConversationKind.PERSONAL and not _is_addressed(activity):
            return
        if activity.kind is ConversationKind.PERSONAL:
            await self._rosters.look_for(person.object_id)
        reply = None
        if self._commands.looks(activity):
            reply = await self._store.read(lambda uow: self._commands.look(uow, activity, person, now))
        await self._store.write(lambda uow: self._commands.run(uow, activity, person, now, reply=reply))
        if self._commands.drafts(activity):
            self._drafted()
        if activity.kind is ConversationKind.CHANNEL:
            await self._read_new_roster(activity)

    async def on_installation_update(self, turn_context: TurnContext) -> None:
        activity = inbound_of(turn_context).activity
        if activity.action.startswith("add"):
            await self._installed(activity, is_upgrade=activity.action == "add-upgrade")
        elif activity.action == "remove":  # a new version of the app tells of remove-upgrade and add-upgrade
            await self._removed(activity)

    async def on_conversation_update_activity(self, turn_context: TurnContext) -> None:
        activity = inbound_of(turn_context).activity
        me = activity.recipient.id if activity.recipient else ""
        if activity.channel_data.event_type in HANDLED:
            now = self._clock()
            await self._store.write(lambda uow: happened(uow, activity, now))
        elif any(member.id == me for member in activity.members_added):
            await self._installed(activity)
        elif any(member.id == me for member in activity.members_removed):
            await self._removed(activity)
        elif activity.members_added or activity.members_removed:
            await self._reread_team(activity)

    async def _pressed_on_an_old_client(self, activity: InboundActivity, person: Person, now: datetime) -> None:
        """`Action.Submit`, the fallback of `Action.Execute`, arrives as a message, and so does the answer to it."""
        try:
            answer = await self._answer_to_old_client(activity, person)
        except Refused as bad:
            answer = refusal_text(bad, None, self._languages.of(person), now=now)
        reply = answer if isinstance(answer, str) else lambda _frame: answer

        def work(uow: UnitOfWork) -> None:
            reader = arrive(uow, activity, person, now)
            if first_told(uow, activity, now):
                self._commands.post(uow, reader, activity, reply, now)

        await self._store.write(work)

    async def _answer_to_old_client(self, activity: InboundActivity, person: Person) -> str | Json:
        """Raises Refused("badPress"). What would open a dialog is answered with what does without."""
        opens = isinstance(activity.value, dict) and "dialog" in activity.value
        meant = self._dialogs.instead(activity.value, person) if opens else read_message(activity.value)
        if isinstance(meant, str):
            return meant
        verb, press = meant
        value = {"action": {"type": "Action.Execute", "verb": verb.value, "data": press.data()}}
        return shown_in(await self._presses.answer(activity.model_copy(update={"value": value})))

    async def _installed(self, activity: InboundActivity, *, is_upgrade: bool = False) -> None:
        """In a team: subscribe the chosen channel, else General. Twice is once: Teams tells of it in two ways.

        A new version of the app changes nothing where the team was known.
        """
        person = person_of(activity)
        now = self._clock()
        chosen = activity.channel_data.settings.selected_channel if activity.channel_data.settings else None
        team = activity.channel_data.team

        def work(uow: UnitOfWork) -> Conversation | None:
            channel = (chosen.id if chosen else "") or _usual_channel(uow, team.id if team else "")
            known = uow.conversations.find(channel or activity.conversation_id)
            if person is not None:
                uow.people.meet(person, now)
            if team and team.id:
                was_known = any(not channel.gone for channel in uow.conversations.of_team(team.id))
                come_back(uow, team.id, now)
                if is_upgrade and was_known:
                    return None
            conversation = meet_conversation(uow, activity, now, channel)
            is_new = known is None or known.gone
            if conversation.kind is ConversationKind.CHANNEL and not conversation.subscribed:
                subscribe(uow, conversation, now)
                is_new, conversation = True, replace(conversation, subscribed_at=now)
            if is_new:
                reader = Reader(person.object_id if person else "", conversation, now)
                self._commands.post(uow, reader, activity, _welcome(conversation), now)
            return conversation if conversation.subscribed or is_new else None

        conversation = await self._store.write(work)
        if conversation is not None and conversation.kind is not ConversationKind.PERSONAL:
            self._in_background(self._rosters.refresh(conversation))

    async def _removed(self, activity: InboundActivity) -> None:
        """Nothing is sent any more, to any channel of the team, until the bot comes back."""
        team = activity.channel_data.team

        def work(uow: UnitOfWork) -> None:
            here = uow.conversations.find(activity.conversation_id)
            for conversation in uow.conversations.of_team(team.id) if team and team.id else []:
                uow.conversations.mark_gone(conversation.id)
            if here is not None:
                uow.conversations.mark_gone(here.id)

        await self._store.write(work)

    async def _reread_team(self, activity: InboundActivity) -> None:
        for conversation in await self._store.read(lambda uow: uow.conversations.subscribed()):
            team = activity.channel_data.team
            if conversation.teams_id == activity.conversation_id or (team and conversation.team_id == team.id):
                self._in_background(self._rosters.refresh(conversation))

    async def _read_new_roster(self, activity: InboundActivity) -> None:
        """A channel that has just been subscribed by a command has no roster yet."""

        def lacking(uow: UnitOfWork) -> Conversation | None:
            here = uow.conversations.find(activity.conversation_id)
            if here is None or not here.subscribed or uow.conversations.roster(here.id).read_at is not None:
                return None
            return here

        conversation = await self._store.read(lacking)
        if conversation is not None:
            self._in_background(self._rosters.refresh(conversation))

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)


def _usual_channel(uow: UnitOfWork, team: str) -> str:
    """A team's channel where none was chosen: one that is subscribed, else General, whose id is the team's."""
    return next((known.teams_id for known in uow.conversations.of_team(team) if team and known.subscribed), team)


def _welcome(to: Conversation) -> Screen:
    is_channel = to.kind is ConversationKind.CHANNEL
    return lambda f: render_welcome(
        f.lang,
        channel=place_name(to, f.lang) if is_channel else "",
        subscribed=to.subscribed,
        in_group=to.kind is ConversationKind.GROUP_CHAT,
        nonce=f.nonce,
    )


def _is_addressed(activity: InboundActivity) -> bool:
    """Whether somebody speaks to the bot: with the right permissions it would hear all that is said in a channel."""
    me = activity.recipient.id if activity.recipient else None
    return any(mention.mentioned is not None and mention.mentioned.id == me for mention in activity.mentions)
