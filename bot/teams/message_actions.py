"""From a message, or from where people write: a new alert, or a comment on one (`composeExtension/fetchTask` and
`submitAction`)."""

import asyncio
import hashlib
import html
import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from bot.alerts.errors import Busy, NotAvailable, Refused
from bot.alerts.people import Person
from bot.alerts.ports import Clock, Store, UnitOfWork
from bot.alerts.words import Severity
from bot.teams.activity import InboundActivity
from bot.teams.dialogs import message as closing
from bot.teams.identity import person_of
from bot.teams.presses import ANSWER_TIME
from bot.usecases import from_message, sharing
from bot.usecases.acting import Act
from bot.usecases.from_message import Message
from cards.dialog_buttons import DialogCard
from cards.language import Language
from cards.languages import Languages
from cards.message_forms import render_add, render_create
from cards.not_available import not_available_text, unknown_text
from cards.refusals import busy_text, refusal_text
from cards.safe import brief, clip

log = logging.getLogger(__name__)

Json = dict[str, Any]

CREATE, ADD = "createAlert", "addToAlert"

_FETCH, _SUBMIT = "composeExtension/fetchTask", "composeExtension/submitAction"

#: Alerts that are offered before anybody types, and characters of a message that are taken over.
_OFFERED, _TAKEN_OVER = 15, 8_000

_TAGS: Final = re.compile(r"<[^>]{0,2000}>")
_BREAKS: Final = re.compile(r"<(?:br|/p|/div|/li)\b[^>]{0,200}>", re.IGNORECASE)

#: A link to a message, as Teams makes it.
_LINK: Final = re.compile(r"https://teams\.(?:microsoft|cloud\.microsoft)[^\s\"<>\\]{1,1900}")


@dataclass(frozen=True, slots=True)
class _Asked:
    command: str
    value: Mapping[str, Any]
    person: Person
    activity: InboundActivity
    at: datetime
    lang: Language

    @property
    def data(self) -> Mapping[str, Any]:
        """What was typed, and what the form carried."""
        data = self.value.get("data")
        return data if isinstance(data, dict) else {}

    @property
    def typed(self) -> dict[str, str]:
        fields = ("title", "severity", "text", "alert", "comment")
        return {name: str(value) for name in fields if (value := self.data.get(name)) is not None}

    def key(self) -> str:
        """The same person, form and words take effect once."""
        what = [self.person.object_id, self.command, self.data.get("nonce"), self.typed]
        return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


class MessageActions:
    """Answers with the dialog, and with what became of it."""

    def __init__(self, *, store: Store, clock: Clock, languages: Languages, queue_days: int) -> None:
        self._store = store
        self._clock = clock
        self._languages = languages
        self._queue_days = queue_days
        self._submits: Mapping[str, Callable[[UnitOfWork, _Asked], str]] = {CREATE: self._create, ADD: self._add}

    def knows(self, name: str) -> bool:
        return name in (_FETCH, _SUBMIT)

    async def answer(self, activity: InboundActivity) -> Json:
        person = person_of(activity)
        if person is None:
            return closing(unknown_text(self._languages.shared))
        value = activity.value if isinstance(activity.value, dict) else {}
        asked = _Asked(str(value.get("commandId")), value, person, activity, self._clock(), self._languages.of(person))
        if asked.command not in self._submits:
            return closing(refusal_text(Refused("badPress", field="commandId"), None, asked.lang))
        try:
            async with asyncio.timeout(ANSWER_TIME):
                lang = await self._store.read(lambda uow: self._languages.known(person, uow.people))
                asked = replace(asked, lang=lang)
                return await (self._submitted(asked) if activity.name == _SUBMIT else self._opened(asked))
        except (Busy, TimeoutError) as slow:
            log.warning("a form could not be answered in time: %r", slow)
            return closing(busy_text(asked.lang))

    async def _opened(self, asked: _Asked) -> Json:
        message = read_message_payload(asked.value.get("messagePayload"))
        text = message.text[:_TAKEN_OVER]
        typed = {"text": text, "comment": text, "title": brief(text.split("\n", 1)[0], 200)}
        return await self._form(asked, typed, asked.activity.id, message)

    async def _submitted(self, asked: _Asked) -> Json:
        def work(uow: UnitOfWork) -> str:
            uow.people.meet(asked.person, asked.at)
            if not uow.presses.first_time(asked.key(), asked.at):
                return asked.lang.t("Done already.")
            return self._submits[asked.command](uow, asked)

        try:
            return closing(await self._store.write(work))
        except NotAvailable:
            notice = not_available_text(asked.lang)
        except Refused as refused:
            notice = refusal_text(refused, None, asked.lang)
        message = _carried(asked.data.get("message"))
        return await self._form(asked, asked.typed, str(asked.data.get("nonce", ""))[:200], message, notice)

    async def _form(self, asked: _Asked, typed: dict[str, str], nonce: str, message: Message, notice: str = "") -> Json:
        data = {
            "nonce": nonce,
            "message": {"id": message.id, "author": message.author, "link": message.link},
        }
        return (await self._drawn(asked, typed, data, notice)).task()

    async def _drawn(self, asked: _Asked, typed: dict[str, str], data: Json, notice: str) -> DialogCard:
        if asked.command == CREATE:
            return render_create(typed, data, lang=asked.lang, notice=notice)
        reader = sharing.in_private(asked.person.object_id, asked.at)
        try:
            offered = await self._store.read(
                lambda uow: sharing.find_alerts(uow, reader, "", days=self._queue_days, skip=0, count=_OFFERED)
            )
        except Refused as refused:
            offered, notice = [], notice or refusal_text(refused, None, asked.lang)
        return render_add(offered, typed, data, lang=asked.lang, notice=notice)

    def _create(self, uow: UnitOfWork, asked: _Asked) -> str:
        reader = sharing.in_private(asked.person.object_id, asked.at)
        message, typed = _carried(asked.data.get("message")), asked.typed
        try:
            severity = Severity(typed.get("severity", ""))
        except ValueError:
            raise Refused("badPress", field="severity", why="unknown value") from None
        created = from_message.create_alert(
            uow,
            reader,
            asked.person,
            message,
            identity=_identity(asked, message),
            title=typed.get("title", ""),
            severity=severity,
            text=typed.get("text", ""),
            now=asked.at,
        )
        if created.known:
            return asked.lang.t("There is an alert of this message already: #{number}.", number=created.number)
        return asked.lang.t("Alert #{number} is there, and goes where such alerts go.", number=created.number)

    def _add(self, uow: UnitOfWork, asked: _Asked) -> str:
        reader = sharing.in_private(asked.person.object_id, asked.at)
        number = asked.typed.get("alert", "").strip().removeprefix("#")
        if not (number.isascii() and number.isdigit() and len(number) < 16):
            raise Refused("badPress", field="alert", why="an alert's number")
        act = Act(alert=int(number), by=asked.person, reader=reader, at=asked.at)
        done = from_message.comment_with(uow, act, asked.typed.get("comment", ""), _carried(asked.data.get("message")))
        return asked.lang.t("Added to alert #{number}.", number=done.alert.number)


def read_message_payload(payload: object) -> Message:
    """The message that somebody acts on, as Teams sends it: its text may be markup, and somebody may have no name."""
    if not isinstance(payload, dict):
        return Message()
    body, sender = payload.get("body"), payload.get("from")
    content = body.get("content") if isinstance(body, dict) else ""
    text = str(content or "")[: 8 * _TAKEN_OVER]
    if isinstance(body, dict) and body.get("contentType") != "text":
        text = html.unescape(_TAGS.sub("", _BREAKS.sub("\n", text)))
    user = sender.get("user") if isinstance(sender, dict) else None
    bot = sender.get("application") if isinstance(sender, dict) else None
    named = user if isinstance(user, dict) else bot if isinstance(bot, dict) else {}
    link = str(payload.get("linkToMessage") or "")
    return Message(
        id=clip(str(payload.get("id") or ""), 200),
        author=brief(str(named.get("displayName") or ""), 100),
        text="\n".join(line.strip() for line in text.strip().splitlines() if line.strip()),
        link=link if _LINK.fullmatch(link) else "",
    )


def _carried(data: object) -> Message:
    """What the form remembers of the message: no more than somebody's words, so it is checked like them."""
    kept = data if isinstance(data, dict) else {}
    link = str(kept.get("link") or "")
    return Message(
        id=clip(str(kept.get("id") or ""), 200),
        author=brief(str(kept.get("author") or ""), 100),
        link=link if _LINK.fullmatch(link) else "",
    )


def _identity(asked: _Asked, message: Message) -> str:
    """One alert of each message; without a message, one of each form."""
    if message.id:
        return f"{asked.activity.conversation_id}/{message.id}"
    return f"{asked.person.object_id}/{asked.data.get('nonce')}"[:300]
