"""Dialogs: what opens over a conversation (`task/fetch`), and what is sent from there (`task/submit`).

A dialog is a `Handler`: it draws itself from a press (`look`), and some of its steps change something (`changes`), each
in one transaction and once, however often Teams repeats it. What is refused is said inside the dialog, which keeps what
was typed. What a change did to an alert reaches everybody's card by delivery.
"""

import asyncio
import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from bot.alerts.errors import Busy, NotAvailable, Refused
from bot.alerts.people import Person
from bot.alerts.ports import Clock, Store, UnitOfWork
from bot.alerts.views import AlertView
from bot.teams.activity import InboundActivity
from bot.teams.identity import arrive, look_in, person_of
from bot.teams.presses import ANSWER_TIME
from bot.teams.screens import Frame, Screen, fresh_nonce
from bot.teams.strangers import Introduce, introducing
from bot.usecases import read
from bot.usecases.acting import Act
from bot.usecases.visibility import Reader
from cards.buttons import Press, Verb
from cards.dialog_buttons import Dialog, DialogCard, DialogPress
from cards.language import Language
from cards.languages import Languages
from cards.not_available import not_available_text, unknown_text
from cards.refusals import busy_text, refusal_text

log = logging.getLogger(__name__)

Json = dict[str, Any]

#: Seconds of the answer's time that are kept for showing the dialog again where a change did not go through.
_AGAIN: Final = 0.7


@dataclass(frozen=True, slots=True)
class Asked:
    """A press that opens a dialog, or that was made in one, with everything that was checked about it."""

    press: DialogPress
    person: Person
    activity: InboundActivity
    at: datetime
    #: Of whom it is open for. What is typed about times is in its zone.
    lang: Language

    @property
    def alert(self) -> int:
        if self.press.alert is None:
            raise Refused("badPress", field="alert", why="Field required")
        return self.press.alert

    def typed(self, name: str) -> str:
        """What stands in an input, without the blanks around it; empty where it was left empty or is not there."""
        return self.press.inputs.get(name, "").strip()

    def act(self, reader: Reader) -> Act:
        """For a change of the alert. It has no key: the dialog's own press is what takes effect once."""
        return Act(alert=self.alert, by=self.person, reader=reader, at=self.at, rev=self.press.rev)

    def key(self) -> str | None:
        """The same actor, dialog, step, subject, nonce, state and inputs take effect once."""
        if not self.press.nonce:
            return None
        data = {name: value for name, value in self.press.data().items() if name != "rev"}
        what = [self.person.object_id, data, self.press.inputs]
        return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


#: What comes next, drawn when the transaction is over: the dialog's next step, or a text that closes it with these
#: words; an empty one closes it without any.
Answer = Callable[[Frame], DialogCard | str]

Step = Callable[[UnitOfWork, Asked, Reader], Answer]

#: Puts an answer into the conversation in which a dialog was opened, for what everybody there is to know.
Post = Callable[[UnitOfWork, Reader, InboundActivity, str | Screen, datetime], None]


def closed(words: Callable[[Language], str] | None = None) -> Answer:
    """It is done; `words` are for what cannot be seen by looking at the conversation."""
    return lambda frame: words(frame.lang) if words else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """One dialog.

    `look` shows what belongs to a press, and changes nothing: the dialog as it opens (no step), a step that only leads
    on, and again the step from which a change was refused, with what was typed. `frame.notice` is to stand above it.
    `changes` are the steps that take effect. `again` is answered where Teams repeats one that did; it closes the dialog
    unless a dialog says otherwise. `instead` is for clients that cannot open dialogs: a button of a card that does
    without, or words. `offline` shows a step again where the store does not answer at all, for dialogs that can do so
    from the press alone; the others then close with words.
    """

    look: Step
    changes: Mapping[str, Step] = field(default_factory=dict)
    again: Step = lambda _uow, _asked, _reader: closed()
    instead: Callable[[DialogPress, Language], tuple[Verb, Press] | str]
    offline: Callable[[Asked], Answer] | None = None


class Dialogs:
    """Answers `task/fetch` and `task/submit` with the JSON that Teams wants."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        languages: Languages,
        handlers: Mapping[Dialog, Handler],
        link_hosts: frozenset[str],
        introduce: Introduce,
    ) -> None:
        self._store = store
        self._clock = clock
        self._languages = languages
        self._handlers = handlers
        self._link_hosts = link_hosts
        self._introduce = introduce

    async def answer(self, activity: InboundActivity) -> Json | None:
        """None closes the dialog without a word."""
        try:
            async with asyncio.timeout(ANSWER_TIME):
                return await self._answer(activity)
        except (Busy, TimeoutError) as slow:
            log.warning("a dialog could not be answered in time: %r", slow)
            return self._without_the_store(activity)

    def instead(self, data: object, person: Person) -> tuple[Verb, Press] | str:
        """For a client that sent the button of a dialog as a message, because it opens none. Raises Refused."""
        press = DialogPress.read(data)
        return self._handler(press).instead(press, self._languages.of(person))

    async def _answer(self, activity: InboundActivity) -> Json | None:
        person = person_of(activity)
        if person is None:
            return message(unknown_text(self._languages.shared))
        lang = await self._store.read(lambda uow: self._languages.known(person, uow.people))
        try:
            asked = Asked(_read(activity), person, activity, self._clock(), lang)
            handler = self._handler(asked.press)
        except Refused as bad:
            return message(refusal_text(bad, None, lang))
        try:
            return await self._run(handler, asked)
        except NotAvailable:
            return message(not_available_text(lang))
        except Refused as refused:
            return await self._again(handler, asked, refused)
        except (Busy, TimeoutError) as slow:
            log.warning("a dialog's change did not go through in time: %r", slow)
            return await self._again(handler, asked, Refused("busy"))

    def _without_the_store(self, activity: InboundActivity) -> Json | None:
        """The step again, with what was typed and the same nonce, where that needs no look at anything; else words."""
        person = person_of(activity)
        lang = self._languages.of(person)
        try:
            press = _read(activity)
            offline = self._handler(press).offline
            if person is not None and offline is not None and activity.name == "task/submit":
                asked = Asked(press, person, activity, self._clock(), lang)
                return self._draw(asked, offline(asked), busy_text(lang), nonce=press.nonce)
        except Refused:
            pass
        return message(busy_text(lang))

    async def _run(self, handler: Handler, asked: Asked) -> Json | None:
        change = handler.changes.get(asked.press.step)
        if change is None or asked.activity.name == "task/fetch":
            return self._draw(asked, await self._store.read(lambda uow: self._look(uow, handler, asked)))

        def work(uow: UnitOfWork) -> Answer:
            reader = arrive(uow, asked.activity, asked.person, asked.at)
            key = asked.key()
            if key is not None and not uow.presses.first_time(key, asked.at):
                return handler.again(uow, asked, reader)
            return change(uow, asked, reader)

        async with asyncio.timeout(ANSWER_TIME - _AGAIN):
            answer = await introducing(lambda: self._store.write(work), self._introduce, asked.activity)
        return self._draw(asked, answer)

    async def _again(self, handler: Handler, asked: Asked, refused: Refused) -> Json | None:
        """The dialog as it was, with what was typed, and why not above it; words alone where it cannot be shown.

        Where the store was busy, the change may be made after all: then the dialog shows the same button as before, so
        that a second press on it is the first one repeated.
        """
        busy = refused.reason == "busy"

        def look(uow: UnitOfWork) -> tuple[Answer | None, AlertView | None]:
            reader = look_in(uow, asked.activity, asked.person, asked.at)
            if busy and (key := asked.key()) is not None and uow.presses.known(key):
                return handler.again(uow, asked, reader), None
            view = read.alert_view(uow, asked.press.alert, reader) if asked.press.alert else None
            if asked.activity.name == "task/fetch" or refused.reason == "badPress":
                return None, view
            try:
                return handler.look(uow, asked, reader), view
            except Refused:
                return None, view

        try:
            answer, view = await self._store.read(look)
        except NotAvailable:
            return message(not_available_text(asked.lang))
        words = refusal_text(refused, view, asked.lang, now=asked.at)
        if answer is None:
            return message(words)
        return self._draw(asked, answer, words, nonce=asked.press.nonce if busy else "")

    def _look(self, uow: UnitOfWork, handler: Handler, asked: Asked) -> Answer:
        return handler.look(uow, asked, look_in(uow, asked.activity, asked.person, asked.at))

    def _draw(self, asked: Asked, answer: Answer, notice: str = "", nonce: str = "") -> Json | None:
        frame = Frame(
            lang=asked.lang,
            now=asked.at,
            nonce=nonce or fresh_nonce(asked.activity.id, asked.person.object_id, asked.at),
            notice=notice,
            link_hosts=self._link_hosts,
        )
        shown = answer(frame)
        if isinstance(shown, DialogCard):
            if nonce:
                _as_pressed(shown.card, asked.press)
            return shown.task()
        return message(shown) if shown else None

    def _handler(self, press: DialogPress) -> Handler:
        handler = self._handlers.get(press.dialog)
        if handler is None:
            raise Refused("badPress", field="dialog", why="unknown dialog")
        return handler


def _as_pressed(node: Any, press: DialogPress) -> None:  # noqa: ANN401 - any part of a card
    """Put the pressed button's state back into it, so that pressing it again is the same press, which may have taken
    effect after all. What was typed since that state was drawn stands in the inputs."""
    if isinstance(node, list):
        for item in node:
            _as_pressed(item, press)
    elif isinstance(node, dict):
        data = node.get("data")
        if node.get("type") == "Action.Submit" and isinstance(data, dict) and data.get("step") == press.step:
            data.pop("state", None)
            data |= {name: value for name, value in press.data().items() if name == "state"}
        for value in node.values():
            _as_pressed(value, press)


def message(words: str) -> Json:
    """Closes the dialog; Teams shows the words in its place."""
    return {"task": {"type": "message", "value": words}}


def _read(activity: InboundActivity) -> DialogPress:
    """Raises Refused("badPress")."""
    value = activity.value if isinstance(activity.value, dict) else {}
    press = DialogPress.read(value.get("data"))
    if activity.name == "task/fetch" and press.inputs:
        # A card in a conversation may have inputs of its own; they are no part of what opens a dialog.
        press = press.model_copy(update={"inputs": {}})
    return press
