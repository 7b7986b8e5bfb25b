"""Presses: what a button of a card does, and what its presser sees next.

One transaction a press: it takes effect and reads what the answer shows. Drawing comes after it.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.alerts.conversation import Conversation
from bot.alerts.errors import Busy, NotAvailable, Refused
from bot.alerts.messages import ConversationKind
from bot.alerts.people import Person
from bot.alerts.ports import Clock, Store, UnitOfWork
from bot.teams import (
    consult_presses,
    deck_presses,
    entity_presses,
    export_presses,
    fold_presses,
    handover_presses,
    incident_presses,
    oncall_commands,
    paging_presses,
    reminder_presses,
    rule_presses,
    screens,
    silence_presses,
    similar_presses,
    trend_commands,
    triage_commands,
    undo_presses,
    window_presses,
)
from bot.teams.activity import InboundActivity
from bot.teams.digest_commands import DigestCommands
from bot.teams.export_presses import ExportSettings
from bot.teams.identity import arrive, look_in, person_of
from bot.teams.own_views import OwnViews
from bot.teams.pressed import CHANGES, Pressed
from bot.teams.rule_presses import RuleSettings
from bot.teams.screens import Frame, Screen, fresh_nonce
from bot.teams.strangers import Introduce, introducing
from bot.usecases import read
from bot.usecases.visibility import Reader, settled
from cards.buttons import Listing, Press, Verb
from cards.language import Language
from cards.languages import Languages
from cards.not_available import not_available_text, render_not_available, unknown_text
from cards.refusals import busy_text, refusal_text

log = logging.getLogger(__name__)

#: Teams sends an invoke again after 5 s; people give up sooner. Seconds for the store to answer.
ANSWER_TIME: Final = 2.5

Json = dict[str, Any]


_Look = Callable[[UnitOfWork, Pressed, Reader], Screen]


@dataclass(frozen=True, slots=True)
class _Effect:
    """What a verb does beside those in CHANGES, and whether a press means it; else it only looks."""

    run: Callable[[UnitOfWork, Pressed], Screen | str]
    is_meant: Callable[[Press], bool] = lambda _press: True


class Presses:
    """Answers `adaptiveCard/action` with the JSON that Teams wants."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        languages: Languages,
        queue_days: int,
        link_hosts: frozenset[str],
        introduce: Introduce,
        rules: RuleSettings,
        undo_within: timedelta,
        digests: DigestCommands,
        exports: ExportSettings,
    ) -> None:
        self._store = store
        self._clock = clock
        self._languages = languages
        self._link_hosts = link_hosts
        self._introduce = introduce
        self._effects: Mapping[Verb, _Effect] = {
            Verb.RULE: _Effect(lambda uow, pressed: rule_presses.handle(uow, pressed, rules)),
            Verb.MANAGE: _Effect(_manage, lambda press: _managing(press) is not None),
            Verb.ENTITY: _Effect(entity_presses.handle, entity_presses.is_complete),
            Verb.INCIDENT: _Effect(incident_presses.handle, incident_presses.is_complete),
            Verb.CONSULT: _Effect(consult_presses.ask, consult_presses.asks),
            Verb.ANSWER: _Effect(
                lambda uow, pressed: consult_presses.answer(uow, pressed, languages), consult_presses.answers
            ),
            Verb.UNDO: _Effect(lambda uow, pressed: undo_presses.undo(uow, pressed, undo_within)),
            Verb.TRIAGE: _Effect(triage_commands.handle, lambda press: press.status is not None),
            Verb.HANDOVER: _Effect(handover_presses.do, handover_presses.is_complete),
            Verb.REMIND: _Effect(reminder_presses.remind, reminder_presses.is_complete),
            Verb.REMINDERS: _Effect(reminder_presses.cancel, lambda press: press.status is not None),
            Verb.PAGE: _Effect(paging_presses.handle, lambda press: press.do is not None),
            Verb.ONCALL: _Effect(oncall_commands.change, oncall_commands.is_complete),
            Verb.SILENCES: _Effect(silence_presses.lift, silence_presses.lifts),
            Verb.EXPORT: _Effect(lambda uow, pressed: export_presses.handle(uow, pressed, exports)),
            Verb.MAINTENANCE: _Effect(window_presses.end, lambda press: press.status is not None),
            Verb.DIGEST: _Effect(digests.change, digests.is_meant),
        }
        self._looks: Mapping[Verb, _Look] = {
            Verb.ENTITY: lambda uow, pressed, reader: entity_presses.look(uow, pressed.press, reader),
            Verb.INCIDENT: lambda uow, pressed, reader: incident_presses.look(uow, pressed.press, reader),
            Verb.QUEUE: lambda uow, pressed, reader: _list(uow, pressed.press, reader, queue_days),
            Verb.RULES: lambda uow, pressed, reader: rule_presses.look(uow, pressed, reader, rules),
            Verb.MANAGE: similar_presses.look,
            Verb.ANSWER: consult_presses.look,
            Verb.SILENCES: silence_presses.look,
            Verb.TRIAGE: triage_commands.look,
            Verb.MAINTENANCE: window_presses.look,
            Verb.ONCALL: oncall_commands.look,
            Verb.PAGE: paging_presses.look,
            Verb.HANDOVER: handover_presses.look,
            Verb.REMINDERS: lambda uow, _, reader: reminder_presses.listed(uow, reader),
            Verb.DIGEST: digests.press,
            Verb.TRENDS: trend_commands.look,
        }
        self._own_views = OwnViews()

    async def answer(self, activity: InboundActivity) -> Json:
        try:
            async with asyncio.timeout(ANSWER_TIME):
                return await self._answer(activity)
        except (Busy, TimeoutError) as slow:
            log.warning("a press could not be answered in time: %r", slow)
            return toast(busy_text(self._languages.of(person_of(activity))))

    async def _answer(self, activity: InboundActivity) -> Json:
        person = person_of(activity)
        if person is None:
            return toast(unknown_text(self._languages.shared))
        lang = await self._store.read(lambda uow: self._languages.known(person, uow.people))
        try:
            pressed = _read(activity, person, self._clock(), lang, self._languages.shared)
        except Refused as bad:
            return bad_request(refusal_text(bad, None, lang))
        try:
            shown = await self._run(pressed)
            # Words are there for a moment, and leave the card as it is.
            return toast(shown) if isinstance(shown, str) else card_answer(self._draw(pressed, shown))
        except NotAvailable:
            if is_automatic(activity):
                # Nobody pressed anything; and what is on the screen is not for them any more.
                return card_answer(render_not_available(pressed.lang))
            return toast(not_available_text(pressed.lang))
        except Refused as refused:
            return await self._refusal(pressed, refused)

    async def _run(self, pressed: Pressed) -> Screen | str:
        return await introducing(lambda: self._transact(pressed), self._introduce, pressed.activity)

    async def _transact(self, pressed: Pressed) -> Screen | str:
        if pressed.press.listing is Listing.SHARED:
            await self._see(pressed)
        effect = self._effects.get(pressed.verb)
        if effect is not None and effect.is_meant(pressed.press):
            return await self._store.write(lambda uow: effect.run(uow, pressed))
        change = CHANGES.get(pressed.verb)
        if change is None or not change.is_complete(pressed.press):
            return await self._store.read(lambda uow: self._look(uow, pressed))

        def work(uow: UnitOfWork) -> Screen:
            # Asked for at every step of it: worked out once.
            reader = settled(uow, arrive(uow, pressed.activity, pressed.person, pressed.at))
            done = change.run(uow, pressed.act(reader), pressed.press)
            if pressed.press.listing is Listing.DECK:
                return deck_presses.decided(uow, reader, done)
            return screens.of_view(read.own_view(uow, done.alert, reader))

        return await self._store.write(work)

    async def _see(self, pressed: Pressed) -> None:
        """Somebody looks at what another has put into the conversation: it was sent, then, and is for all there."""
        where, token = pressed.activity.conversation_id, pressed.press.filter or ""

        def waiting(uow: UnitOfWork) -> Conversation | None:
            here = uow.conversations.find(where)
            return here if here is not None and uow.shares.waits(here.id, token) else None

        here = await self._store.read(waiting)
        if here is not None:
            await self._store.write(lambda uow: uow.shares.see(here.id, token))

    def _look(self, uow: UnitOfWork, pressed: Pressed) -> Screen:
        reader = _reader(uow, pressed)
        look = self._looks.get(pressed.verb)
        if look is not None and (pressed.verb is not Verb.MANAGE or pressed.press.fold is None):
            return look(uow, pressed, reader)
        if pressed.press.fold is not None or pressed.verb not in screens.SCREENS:
            return fold_presses.look(uow, pressed, reader)
        if pressed.verb is Verb.REFRESH:
            return self._own_views.look(uow, pressed, reader)
        return screens.SCREENS[pressed.verb](uow, pressed.alert, reader, pressed.press)

    def _draw(self, pressed: Pressed, screen: Screen, notice: str = "") -> Json:
        frame = Frame(
            lang=pressed.lang,
            now=pressed.at,
            nonce=fresh_nonce(pressed.activity.id, pressed.person.object_id, pressed.at),
            notice=notice,
            opened_from=pressed.press.opened_from,
            link_hosts=self._link_hosts,
        )
        return screen(frame)

    async def _refusal(self, pressed: Pressed, refused: Refused) -> Json:
        """Say kindly why not, above the fresh card."""
        if refused.reason == "badPress":
            return bad_request(refusal_text(refused, None, pressed.lang))
        if pressed.verb is Verb.INCIDENT and pressed.press.case is not None:
            return await self._incident_refusal(pressed, refused)
        if pressed.press.alert is None:
            return toast(refusal_text(refused, None, pressed.lang))
        try:
            view = await self._store.read(lambda uow: read.alert_view(uow, pressed.alert, _reader(uow, pressed)))
        except NotAvailable:
            return toast(not_available_text(pressed.lang))
        notice = refusal_text(refused, view, pressed.lang, now=pressed.at)
        return card_answer(self._draw(pressed, screens.of_view(view), notice))

    async def _incident_refusal(self, pressed: Pressed, refused: Refused) -> Json:
        number = incident_presses.number_of(pressed.press)
        screen = await self._store.read(lambda uow: incident_presses.shown(uow, number, _reader(uow, pressed)))
        notice = refusal_text(refused, None, pressed.lang, now=pressed.at)
        return card_answer(self._draw(pressed, screen, notice))


def shown_in(answer: Json) -> str | Json:
    """What an answer says, for a client that reads messages only: words or a card."""
    value: str | Json = answer["value"]
    return value if isinstance(value, str) or answer["statusCode"] == 200 else str(value["message"])


def toast(words: str) -> Json:
    return {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": words}


def is_automatic(activity: InboundActivity) -> bool:
    """Whether Teams asks by itself, because a card came into somebody's view."""
    return isinstance(activity.value, dict) and activity.value.get("trigger") == "automatic"


def bad_request(words: str) -> Json:
    error = {"code": "BadRequest", "message": words}
    return {"statusCode": 400, "type": "application/vnd.microsoft.error", "value": error}


def card_answer(card: Mapping[str, Any]) -> Json:
    return {"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": card}


def _manages(press: Press) -> bool:
    return _managing(press) is not None


def _manage(uow: UnitOfWork, pressed: Pressed) -> Screen:
    handle = _managing(pressed.press)
    if handle is None:
        raise Refused("badPress", field="verb", why="does not fit this card")
    return handle(uow, pressed)


def _list(uow: UnitOfWork, press: Press, reader: Reader, days: int) -> Screen:
    if press.listing is Listing.DECK:
        return deck_presses.deck(uow, reader, press.page)
    return screens.queue(uow, reader, press, days=days)


def _managing(press: Press) -> Callable[[UnitOfWork, Pressed], Screen] | None:
    """What carries out a press that manages several alerts; None where it only looks."""
    if press.fold is not None:
        return fold_presses.handle if fold_presses.is_complete(press) else None
    return similar_presses.do if similar_presses.changes(press) else None


def _read(activity: InboundActivity, person: Person, at: datetime, lang: Language, shared: Language) -> Pressed:
    """Raises Refused("badPress")."""
    value = activity.value if isinstance(activity.value, dict) else {}
    action = value.get("action")
    if not isinstance(action, dict):
        raise Refused("badPress", field="action", why="Field required")
    try:
        verb = Verb(str(action.get("verb")))
    except ValueError:
        raise Refused("badPress", field="verb", why="unknown verb") from None
    there = lang if activity.kind is ConversationKind.PERSONAL else shared
    return Pressed(verb, Press.read(action.get("data") or {}), person, activity, at, lang, there)


def _reader(uow: UnitOfWork, pressed: Pressed) -> Reader:
    return look_in(uow, pressed.activity, pressed.person, pressed.at)
