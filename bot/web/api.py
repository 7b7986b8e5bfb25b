"""`/api/alerts/{number}`: programs read alerts, and do to them what people do by buttons, with the same rules."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from aiohttp import web

from bot.alerts.alert import Alert
from bot.alerts.errors import NotAvailable, Refused
from bot.alerts.history import Entry
from bot.alerts.outward import alert_json, entry_json, people_in
from bot.alerts.people import Way
from bot.alerts.ports import Clock, Store, UnitOfWork
from bot.alerts.tokens import Token
from bot.alerts.views import AlertView
from bot.teams.pressed import CHANGES
from bot.teams.strict_json import BadJson, parse_json
from bot.usecases import read, tokens
from bot.usecases.acting import Act, Done
from bot.usecases.permission import require
from bot.usecases.undo import Undoing, undo_step
from bot.usecases.visibility import Reader, visible_alert
from bot.web.bodies import read_body
from bot.web.problems import problem
from bot.web.token_access import TokenAccess
from cards.buttons import ME, Press, Verb
from cards.language import Language
from cards.refusals import refusal_text

#: The largest body, in bytes: the longest comment, with every character escaped.
BODY_LIMIT: Final = 256 * 1024

#: Entries of the history that are told where nobody says how many, and at most.
ENTRIES, MOST_ENTRIES = 100, 1_000

#: For each verb the input that it needs, if any, and those that it takes.
_INPUTS: Final[Mapping[Verb, tuple[str, frozenset[str]]]] = {
    Verb.ASSIGN: ("to", frozenset({"to"})),
    Verb.START: ("", frozenset()),
    Verb.COMMENT: ("comment", frozenset({"comment"})),
    Verb.CLASSIFY: ("classification", frozenset({"classification", "determination"})),
    Verb.RESOLVE: ("", frozenset({"status", "classification", "determination", "comment"})),
    Verb.REOPEN: ("", frozenset()),
    Verb.TAG: ("tags", frozenset({"tags"})),
    Verb.LINK: ("incident", frozenset({"incident", "reason", "comment"})),
    Verb.SILENCE: ("span", frozenset({"span", "labels", "comment"})),
    Verb.LIFT: ("", frozenset()),
    Verb.UNHIDE: ("", frozenset()),
    Verb.UNDO: ("", frozenset()),
}

#: What any of them takes.
_COMMON: Final = frozenset({"rev", "nonce"})

#: Inputs of cards that are about cards.
_OF_CARDS: Final = frozenset({"alert", "page", "listing", "filter", "fold", "counted", "action"})

#: The input that a refusal is about; what is not here is about the state of the alert.
_ABOUT: Final[Mapping[str, str]] = {
    "unknownPerson": "to",
    "unknownIncident": "incident",
    "badDetermination": "determination",
    "emptyComment": "comment",
    "longComment": "comment",
    "badSpan": "span",
    "noLabels": "labels",
    "badTag": "tags",
    "manyTags": "tags",
}

IDEMPOTENCY_KEY: Final = "Idempotency-Key"


class _Wrong(Exception):
    """A request that is not right: an input by its name, and why."""

    def __init__(self, field: str, why: str, *, status: int = 422) -> None:
        super().__init__(why)
        self.field = field
        self.why = why
        self.status = status


@dataclass(frozen=True, slots=True)
class _Order:
    """What a program wants done."""

    number: int
    verb: Verb
    press: Press
    token: Token
    at: datetime
    #: Makes it take effect once.
    key: str

    @property
    def reader(self) -> Reader:
        return tokens.reader(self.token, self.at)

    def act(self) -> Act:
        key = self._hash("request", self.press.data()) if self.key else None
        by, rev = tokens.program(self.token), self.press.rev
        return Act(alert=self.number, by=by, reader=self.reader, at=self.at, way=Way.API, rev=rev, key=key)

    def once(self, uow: UnitOfWork) -> None:
        """A key is of one request: with another one it is a mistake."""
        key = self.act().key
        if key is not None and not uow.presses.first_time(self._hash("key"), self.at) and not uow.presses.known(key):
            raise _Wrong(IDEMPOTENCY_KEY, "was used for another request")

    def _hash(self, *what: object) -> str:
        whole = [self.token.name, self.key, *what]
        if len(what) > 1:
            whole += [self.number, self.verb.value]
        return f"api:{hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()}"


class Api:
    """The endpoints. `undo_within` is how long after a step it may be taken back."""

    def __init__(
        self, *, store: Store, clock: Clock, access: TokenAccess, lang: Language, undo_within: timedelta
    ) -> None:
        self._store = store
        self._clock = clock
        self._access = access
        self._lang = lang
        self._undo_within = undo_within

    async def look(self, request: web.Request) -> web.Response:
        """`GET /api/alerts/{number}`"""
        token = await self._access.admit(request)
        if isinstance(token, web.Response):
            return token
        number, now = int(request.match_info["number"]), self._clock()
        reader = tokens.reader(token, now)

        def work(uow: UnitOfWork) -> dict[str, Any]:
            alert = visible_alert(uow, number, reader)
            require(uow, reader, "history")
            entries = uow.history.entries(number, limit=limit)
            return {**_told(uow, alert, entries), "older": alert.revision - len(entries)}

        try:
            limit = _limit(request.query.get("history", str(ENTRIES)))
            return web.json_response(await self._store.read(work))
        except NotAvailable:
            return _not_there(number)
        except Refused as refused:
            return self._refused(refused, None)
        except _Wrong as wrong:
            return _answer_to(wrong)

    async def act(self, request: web.Request) -> web.Response:
        """`POST /api/alerts/{number}/{verb}`"""
        token = await self._access.admit(request)
        if isinstance(token, web.Response):
            return token
        number = int(request.match_info["number"])
        try:
            verb = _verb(request.match_info["verb"])
            body = await read_body(request, BODY_LIMIT) if request.body_exists else b""
            if isinstance(body, web.Response):
                return body
            press = _press(verb, number, body)
            order = _Order(number, verb, press, token, self._clock(), _key(request, press))
            return await self._carry_out(order)
        except NotAvailable:
            return _not_there(number)
        except _Wrong as wrong:
            return _answer_to(wrong)

    async def _carry_out(self, order: _Order) -> web.Response:
        def work(uow: UnitOfWork) -> dict[str, Any]:
            order.once(uow)
            done = self._run(uow, order)
            told = _told(uow, done.alert, [done.entry] if done.entry else [])
            return {"alert": told["alert"], "entry": next(iter(told["history"]), None), "repeated": done.entry is None}

        try:
            return web.json_response(await self._store.write(work))
        except Refused as refused:
            return self._refused(
                refused, await self._store.read(lambda uow: read.alert_view(uow, order.number, order.reader))
            )

    def _run(self, uow: UnitOfWork, order: _Order) -> Done:
        act = order.act()
        if order.verb is Verb.UNDO:
            undoing = Undoing(by=act.by, reader=act.reader, at=act.at, within=self._undo_within)
            return undo_step(uow, undoing, act)
        return CHANGES[order.verb].run(uow, act, _with_person(uow, order.press))

    def _refused(self, refused: Refused, view: AlertView | None) -> web.Response:
        facts: dict[str, Any] = {"reason": refused.reason}
        words = refusal_text(refused, view, self._lang, now=self._clock())
        if refused.reason == "role":
            return problem(403, words, needs=str(refused.facts.get("needs")), **facts)
        if refused.reason == "badPress":
            field, why = str(refused.facts.get("field", "")), str(refused.facts.get("why", ""))
            return problem(422, f"{field}: {why}", pointer=f"/{field}", **facts)
        if refused.reason in _ABOUT:
            return problem(422, words, pointer=f"/{_ABOUT[refused.reason]}", **facts)
        if view is not None:
            facts["alert"] = alert_json(view.alert, view.people)
        first = refused.facts.get("entry")
        if isinstance(first, Entry):
            facts["first"] = entry_json(first, view.people if view else {})
        return problem(409, words, **facts)


def _told(uow: UnitOfWork, alert: Alert, entries: Sequence[Entry]) -> dict[str, Any]:
    people = uow.people.many(people_in([alert], entries))
    return {"alert": alert_json(alert, people), "history": [entry_json(entry, people) for entry in entries]}


def _with_person(uow: UnitOfWork, press: Press) -> Press:
    """Programs know people by their user principal name, too."""
    to = (press.to or "").strip()
    if to == ME:
        raise _Wrong("to", "a program is nobody: give an Entra object id, a user principal name, or nobody")
    if "@" not in to:
        return press
    person = uow.people.by_principal_name(to)
    if person is None:
        raise Refused("unknownPerson", person=to)
    return press.model_copy(update={"to": person.object_id})


def _verb(word: str) -> Verb:
    verbs = sorted([*CHANGES, Verb.UNDO])
    if word not in verbs:
        raise _Wrong("", f"There is no verb {word[:40]}; there are {', '.join(verbs)}.", status=404)
    return Verb(word)


def _press(verb: Verb, number: int, body: bytes) -> Press:
    """The inputs, all of which belong to the verb. Raises _Wrong."""
    try:
        given = parse_json(body) if body.strip() else {}
    except BadJson as bad:
        raise _Wrong("", str(bad), status=400) from None
    if not isinstance(given, dict):
        raise _Wrong("", "the body is no object", status=400)
    needed, taken = _INPUTS.get(verb, ("", frozenset(Press.model_fields) - _OF_CARDS))
    for name in given:
        if name not in taken | _COMMON:
            allowed = ", ".join(sorted(taken | _COMMON))
            raise _Wrong(name[:60], f"does not belong to {verb}, which takes {allowed}")
    if needed and not given.get(needed):
        raise _Wrong(needed, "is required")
    try:
        press = Press.read({**given, "alert": number})
    except Refused as bad:
        raise _Wrong(str(bad.facts["field"]), str(bad.facts["why"])) from None
    if press.status not in (None, "resolved"):
        raise _Wrong("status", "is resolved, or is left out")
    return press


def _key(request: web.Request, press: Press) -> str:
    key = request.headers.get(IDEMPOTENCY_KEY, "")
    if len(key) > 200:
        raise _Wrong(IDEMPOTENCY_KEY, "has at most 200 characters")
    return key or press.nonce


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 6) or int(text) > MOST_ENTRIES:
        raise _Wrong("history", f"is a number of entries from 0 to {MOST_ENTRIES}", status=400)
    return int(text)


def _answer_to(wrong: _Wrong) -> web.Response:
    if not wrong.field:
        return problem(wrong.status, wrong.why)
    return problem(wrong.status, f"{wrong.field} {wrong.why}.", pointer=f"/{wrong.field}")


def _not_there(number: int) -> web.Response:
    return problem(404, f"There is no alert {number} for this token.")
