"""The control API below `/_sandbox/`: the handle for tests and for the page.

Everything is JSON. What makes no sense is answered 400 with `{"error": text}` that names what is wrong.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ValidationError

from bot.sandbox import actions, extension, onedrive, wire
from bot.sandbox.activities import envelope
from bot.sandbox.caller import deliver, post
from bot.sandbox.carddata import Button, find_button
from bot.sandbox.faults import Fault
from bot.sandbox.feed_evidence import USERS, account
from bot.sandbox.readings import clock_json
from bot.sandbox.state import SANDBOX, BadRequestError, Sandbox, person_json
from bot.sandbox.users import User
from bot.sandbox.world import Conversation, Json, Message, Person

_Body = Callable[[Sandbox, Any], Awaitable[Any]]


def add_routes(app: web.Application) -> None:
    """The control API's routes."""
    posts: list[tuple[str, type[BaseModel], _Body]] = [
        ("message", wire.Say, _say),
        ("press", wire.Press, _press),
        ("consent", wire.Consent, _consent),
        ("look", wire.Look, _look),
        ("dialog", wire.SubmitDialog, _dialog),
        ("search", wire.Search, _search),
        ("extension/query", wire.Query, _query),
        ("extension/share", wire.Share, _share),
        ("extension/act", wire.ActOn, _act_on),
        ("invoke", wire.Invoke, _invoke),
        ("activity", wire.Activity, _activity),
        ("install", wire.Place, _install),
        ("uninstall", wire.Place, _uninstall),
        ("fault", Fault, _fault),
        ("clock", wire.Clock, _set_clock),
        ("alert", wire.Alert, _alert),
        ("feed", wire.Feed, _feed),
        ("limits", wire.Limits, _limits),
        ("bot", wire.Bot, _bot),
        ("keys/rotate", wire.Rotate, _rotate),
        ("group", wire.Group, _group),
        ("user", User, _user),
        ("settings", wire.Settings, _settings),
        ("reset", wire.Nothing, _reset),
    ]
    for name, model, body in posts:
        app.router.add_post(f"/_sandbox/{name}", posting(model, body))


def posting(model: type[BaseModel], body: _Body) -> Callable[[web.Request], Awaitable[web.Response]]:
    """A route of the control API: the body as `model`, to `body`, whose answer is JSON."""

    async def handle(request: web.Request) -> web.Response:
        try:
            given = json.loads(await request.read() or b"{}")
            return web.json_response(await body(request.app[SANDBOX], model.model_validate(given)))
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'body'}: {e['msg']}" for e in error.errors())
            return web.json_response({"error": wrong}, status=400)
        except (BadRequestError, json.JSONDecodeError) as error:
            return web.json_response({"error": str(error)}, status=400)

    return handle


async def _say(sandbox: Sandbox, body: wire.Say) -> Json:
    person, conversation = _who_and_where(sandbox, body)
    mention = body.mention if body.mention is not None else False
    return await actions.say(sandbox, person, conversation, text=body.text, mention=mention, thread=body.thread)


async def _press(sandbox: Sandbox, body: wire.Press) -> Json:
    person, conversation = _who_and_where(sandbox, body)
    message = _message(conversation, body.activity)
    if body.submit is not None:
        return await actions.submit(sandbox, person, message, body.submit)
    if body.action is None and body.verb is None:
        raise BadRequestError("give 'action' (index, title or verb) or 'verb'")
    if body.action is None and body.data is not None:
        forged = {"type": "Action.Execute", "verb": body.verb, "data": {**body.data, **body.inputs}}
        return await actions.execute(
            sandbox, person, message, forged, trigger=body.trigger, repeat=body.repeat, together=body.together
        )
    card = message.card_for(person.key)
    if card is None:
        raise BadRequestError(f"message {message.id} in {conversation.key} has no card")
    button: Button = find_button(card, body.action, verb=body.verb)
    return await actions.press(
        sandbox, person, message, button, inputs=body.inputs, data=body.data, trigger=body.trigger,
        repeat=body.repeat, together=body.together,
    )  # fmt: skip


async def _consent(sandbox: Sandbox, body: wire.Consent) -> Json:
    person, conversation = _who_and_where(sandbox, body)
    message = _message(conversation, body.activity)
    accept = body.action == "accept"
    return await onedrive.answer_offer(sandbox, person, message, accept=accept, repeat=body.repeat)


async def _look(sandbox: Sandbox, body: wire.Look) -> Json:
    """The person looks at the conversation: cards that want it are refreshed for them."""
    person, conversation = _who_and_where(sandbox, body)
    seen = [_message(conversation, body.activity)] if body.activity else [m for m in conversation.messages if m.cards()]
    answers = {}
    for message in seen:
        answer = await actions.look(sandbox, person, message)
        if answer is not None:
            answers[message.id] = answer
    return {"refreshed": answers}


async def _dialog(sandbox: Sandbox, body: wire.SubmitDialog) -> Json:
    person = sandbox.person(body.as_)
    if body.close:
        return {"closed": sandbox.dialogs.pop(person.key, None) is not None}
    if body.submit is not None:
        return await actions.send_dialog(sandbox, person, body.submit)
    return await actions.submit_dialog(sandbox, person, action=body.action, inputs=body.inputs, data=body.data)


async def _search(sandbox: Sandbox, body: wire.Search) -> Json:
    """A search in a choice set. People are Teams' own data; every other data set is asked of the bot."""
    person, conversation = _who_and_where(sandbox, body)
    dataset, _, scope = body.dataset.partition("?")
    if dataset == "graph.microsoft.com/users":
        nearby = conversation.members if "currentContext" in scope else list(sandbox.world.people)
        found = [sandbox.world.people[key] for key in nearby]
        text = body.query.casefold()
        results = [
            {"title": p.name, "value": p.object_id, "subtitle": p.upn}
            for p in found
            if p.tenant_id == sandbox.config.tenant_id and text in f"{p.name} {p.upn}".casefold()
        ]
        return {"status": 200, "results": results}
    value = {"queryText": body.query, "queryOptions": {"skip": body.skip, "top": body.top}, "dataset": body.dataset}
    open_dialog = sandbox.dialogs.get(person.key)
    if open_dialog is not None and open_dialog.command is not None:
        # A form of the message extension, which belongs to no message of the app's.
        conversation = sandbox.world.conversations[open_dialog.conversation]
        answer = (await extension.ask(sandbox, person, conversation, "application/search", value)).as_json()
    else:
        message = _message(conversation, body.activity)
        answer = await actions.invoke(sandbox, person, message, name="application/search", value=value)
    inner = answer["body"].get("value") if isinstance(answer["body"], dict) else None
    return {**answer, "results": inner.get("results", []) if isinstance(inner, dict) else []}


async def _query(sandbox: Sandbox, body: wire.Query) -> Json:
    person, conversation = _who_and_where(sandbox, body)
    return await extension.query(sandbox, person, conversation, command=body.command, text=body.query, skip=body.skip)


async def _share(sandbox: Sandbox, body: wire.Share) -> Json:
    person, conversation = _who_and_where(sandbox, body)
    if body.url:
        return await extension.unfold(sandbox, person, conversation, url=body.url, text=body.text, thread=body.thread)
    return await extension.share(sandbox, person, conversation, value=body.value, text=body.text, thread=body.thread)


async def _act_on(sandbox: Sandbox, body: wire.ActOn) -> Json:
    person, conversation = _who_and_where(sandbox, body)
    message = _message(conversation, body.activity) if body.activity is not None else None
    return await extension.act_on(sandbox, person, conversation, command=body.command, message=message)


async def _invoke(sandbox: Sandbox, body: wire.Invoke) -> Json:
    person, conversation = _who_and_where(sandbox, body)
    if body.activity is None and not any(m.cards() for m in conversation.messages):
        now = sandbox.now()
        message = Message(id=sandbox.world.next_message_id(now), conversation=conversation.key, thread=None,
                          sender=person.key, at=now)  # fmt: skip
    else:
        message = _message(conversation, body.activity)
    return await actions.invoke(sandbox, person, message, name=body.name, value=body.value)


async def _activity(sandbox: Sandbox, body: wire.Activity) -> Json:
    """Any activity, with any token: for tests of the bot's doorkeeper."""
    person, conversation = _who_and_where(sandbox, body)
    activity = envelope(sandbox, person, conversation, kind="message", thread=body.thread) | body.overrides
    activity = {k: v for k, v in activity.items() if k not in body.without}
    timeout = sandbox.config.message_timeout
    answer = await deliver(sandbox, activity, seconds=timeout, claims=body.claims, authorization=body.authorization)
    return answer.as_json() | {"activity": activity}


async def _install(sandbox: Sandbox, body: wire.Place) -> Json:
    return await actions.install(sandbox, *_place(sandbox, body))


async def _uninstall(sandbox: Sandbox, body: wire.Place) -> Json:
    return await actions.uninstall(sandbox, *_place(sandbox, body))


async def _fault(sandbox: Sandbox, body: Fault) -> Json:
    if body.name:
        sandbox.faults.remove(body.name)
    if body.conversation is not None:
        body.conversation = sandbox.conversation(body.conversation).key
    sandbox.faults.faults.append(body)
    return {"faults": [f.model_dump(exclude_none=True) for f in sandbox.faults.faults]}


async def _set_clock(sandbox: Sandbox, body: wire.Clock) -> Json:
    if body.reset:
        sandbox.clock.reset()
    if body.now is not None:
        sandbox.clock.set(body.now)
    if body.advance:
        sandbox.clock.advance(body.advance)
    sandbox.events.tell("clock", **clock_json(sandbox))
    return clock_json(sandbox)


async def _alert(sandbox: Sandbox, body: wire.Alert) -> Json:
    """Send an alert to the bot's intake as its source would."""
    token = sandbox.config.source_tokens.get(body.source)
    if body.source == "graph":
        sandbox.defender.learn(body.payload, sandbox.now())
    if token is None:
        known = ", ".join(sandbox.config.source_tokens) or "none"
        raise BadRequestError(f"the sandbox has no token for the source {body.source!r}; it has: {known}")
    headers = {"Authorization": f"Bearer {token}"}
    sandbox.counters[f"alerts.{body.source}"] += 1
    url = f"{sandbox.bot_url}/api/alerts/{body.source}"
    answer = await post(sandbox, url, body.payload, headers=headers, seconds=sandbox.config.message_timeout)
    return answer.as_json()


async def _feed(sandbox: Sandbox, body: wire.Feed) -> Json:
    sandbox.feed_every = (body.every or sandbox.feed_every or 20.0) if body.on else None
    sandbox.events.tell("feed", on=body.on, every=sandbox.feed_every)
    return {"on": body.on, "every": sandbox.feed_every}


async def _limits(sandbox: Sandbox, body: wire.Limits) -> Json:
    sandbox.enforce_limits = body.on
    return {"on": body.on}


async def _bot(sandbox: Sandbox, body: wire.Bot) -> Json:
    sandbox.bot_url = body.url.rstrip("/")
    return {"url": sandbox.bot_url}


async def _rotate(sandbox: Sandbox, body: wire.Rotate) -> Json:
    return {"kid": await asyncio.to_thread(lambda: sandbox.keys.rotate(drop_old=body.drop))}


async def _group(sandbox: Sandbox, body: wire.Group) -> Json:
    sandbox.groups[body.group] = [sandbox.person(key).key for key in body.members]
    return {"groups": sandbox.groups}


async def _user(sandbox: Sandbox, body: User) -> Json:
    """Known from then on by the short name's object id and principal name, or by what was given."""
    person, made_up = sandbox.world.people.get(body.user), body.user in USERS and account(body.user)
    names = [body.user]
    if person:
        names = [person.object_id, person.upn]
    elif made_up:
        names = [str(made_up[part]) for part in ("azureAdUserId", "userPrincipalName")]
    for name in names:
        sandbox.users[name.lower()] = body
    return {"users": sorted(sandbox.users)}


async def _settings(sandbox: Sandbox, body: wire.Settings) -> Json:
    person = sandbox.person(body.as_)
    now = replace(person, locale=body.locale or person.locale, zone=body.timezone or person.zone)
    sandbox.world.people[person.key] = now
    sandbox.events.tell("person", person=person_json(now))
    return person_json(now)


async def _reset(sandbox: Sandbox, _: wire.Nothing) -> Json:
    sandbox.reset()
    return {"reset": True}


def _who_and_where(sandbox: Sandbox, body: wire.Who) -> tuple[Person, Conversation]:
    person = sandbox.person(body.as_)
    return person, sandbox.conversation(body.conversation, person=person)


def _place(sandbox: Sandbox, body: wire.Place) -> tuple[Person, Conversation]:
    person = sandbox.person(body.as_)
    key = body.channel or body.chat or ("general" if body.team else None)
    return person, sandbox.conversation(key, person=person)


def _message(conversation: Conversation, message_id: str | None) -> Message:
    """The message with that id, or the newest one with a card."""
    if message_id is None:
        cards = [m for m in conversation.messages if m.cards() and not m.deleted]
        if not cards:
            raise BadRequestError(f"there is no card in {conversation.key} yet")
        return cards[-1]
    message = conversation.find(message_id)
    if message is None:
        raise BadRequestError(f"there is no message {message_id!r} in {conversation.key}")
    return message
