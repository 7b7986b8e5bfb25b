"""The Connector: the calls with which a bot writes into Teams, with Teams' shapes, statuses and errors."""

import json
import re
from urllib.parse import unquote

from aiohttp import web

from bot.sandbox.connector_gate import Call, TeamsError, gate, read_json
from bot.sandbox.state import Sandbox
from bot.sandbox.world import CARD_TYPE, OFFER_TYPE, Conversation, Json, Message, Person, Team, Value

_MAX_UTF16_BYTES = 100 * 1024
_INLINE_IMAGE = re.compile(r"data:image/[a-z+.-]+;base64,[A-Za-z0-9+/=]+")
_DEFAULT_PAGE = 200


def add_routes(app: web.Application, *, prefix: str) -> None:
    """The Connector's routes below `prefix` (`/teams`)."""
    one = f"{prefix}/v3/conversations/{{conversation}}"
    app.router.add_post(f"{prefix}/v3/conversations", gate("create", _create))
    app.router.add_post(f"{one}/activities", gate("post", _post))
    app.router.add_post(f"{one}/activities/{{activity}}", gate("post", _post))
    app.router.add_put(f"{one}/activities/{{activity}}", gate("update", _update))
    app.router.add_delete(f"{one}/activities/{{activity}}", gate("delete", _delete))
    app.router.add_get(f"{one}/pagedmembers", gate("members", _paged_members))
    app.router.add_get(f"{one}/members", gate("members", _members))
    app.router.add_get(f"{one}/members/{{member}}", gate("members", _member))
    app.router.add_get(f"{prefix}/v3/teams/{{team}}", gate("members", _team))
    app.router.add_get(f"{prefix}/v3/teams/{{team}}/conversations", gate("members", _team_channels))


async def _create(call: Call) -> web.Response:
    body = await read_json(call.request)
    channel = _dig(body, "channelData", "channel", "id")
    if channel is not None:
        return _create_thread(call, body, str(channel))
    members = body.get("members")
    if body.get("isGroup") or not isinstance(members, list) or len(members) != 1 or not isinstance(members[0], dict):
        raise TeamsError(400, "BadSyntax", "Give one member, or isGroup with channelData.channel.id")
    sandbox = call.sandbox
    person = sandbox.world.person_by_id(str(members[0].get("id")))
    tenant = _dig(body, "channelData", "tenant", "id") or body.get("tenantId")
    if person is None or tenant != sandbox.config.tenant_id or person.tenant_id != tenant:
        raise TeamsError(403, "ForbiddenOperationException", "The user is not in a tenant that the bot can reach")
    if not sandbox.world.bot_reaches(person.key):
        raise TeamsError(403, "ForbiddenOperationException", "The bot is not installed in the user's personal scope")
    chat = sandbox.world.conversations[person.key]
    call.conversation = chat.key
    answer = {"id": chat.id}
    if isinstance(body.get("activity"), dict):
        answer["activityId"] = _store(sandbox, chat, body["activity"], thread=None).id
    return web.json_response(answer, status=201)


def _create_thread(call: Call, body: Json, channel_id: str) -> web.Response:
    channel = _require(call.sandbox, channel_id)
    call.conversation = channel.key
    if channel.kind != "channel" or not isinstance(body.get("activity"), dict):
        raise TeamsError(400, "BadSyntax", "A channel thread needs isGroup, a channel id and an activity")
    message = _store(call.sandbox, channel, body["activity"], thread=None)
    call.activity = message.id
    answer = {"id": f"{channel.id};messageid={message.id}", "activityId": message.id}
    return web.json_response(answer, status=201)


async def _post(call: Call) -> web.Response:
    activity = await read_json(call.request)
    conversation = _require(call.sandbox, call.conversation_id)
    if activity.get("type") == "typing":
        call.sandbox.events.tell("typing", conversation=conversation.key)
        return web.json_response({"id": call.sandbox.world.next_message_id(call.sandbox.now())}, status=202)
    message = _store(call.sandbox, conversation, activity, thread=_thread_of(conversation, call.conversation_id))
    call.activity = message.id
    return web.json_response({"id": message.id}, status=201)


async def _update(call: Call) -> web.Response:
    activity = await read_json(call.request)
    conversation = _require(call.sandbox, call.conversation_id)
    message = _own_message(conversation, call.activity or "")
    _check_message(conversation, activity)
    _fill(message, activity)
    message.edited = call.sandbox.now()
    message.revision += 1
    message.views.clear()
    call.sandbox.changed(message, kind="update")
    return web.json_response({"id": message.id})


async def _delete(call: Call) -> web.Response:
    conversation = _require(call.sandbox, call.conversation_id)
    message = _own_message(conversation, call.activity or "")
    message.deleted = True
    message.attachments, message.text, message.entities = [], "", []
    message.views.clear()
    call.sandbox.changed(message, kind="update")
    return web.json_response({})


async def _paged_members(call: Call) -> web.Response:
    people = _roster(call)
    try:
        start = int(call.request.query.get("continuationToken") or 0)
        size = min(int(call.request.query.get("pageSize") or _DEFAULT_PAGE), 500)
    except ValueError:
        raise TeamsError(400, "BadArgument", "pageSize and continuationToken are wrong") from None
    page = [_member_json(p) for p in people[start : start + size]]
    answer: Json = {"members": page}
    if start + size < len(people):
        answer["continuationToken"] = str(start + size)
    return web.json_response(answer)


async def _members(call: Call) -> web.Response:
    return web.json_response([_member_json(p) for p in _roster(call)])


async def _member(call: Call) -> web.Response:
    wanted = unquote(call.request.match_info["member"])
    for person in _roster(call):
        if wanted in (person.mri, person.object_id, person.upn):
            return web.json_response(_member_json(person))
    raise TeamsError(404, "MemberNotFoundInConversation", "The member was not found in the conversation")


async def _team(call: Call) -> web.Response:
    team = _require_team(call)
    channels = list(call.sandbox.world.channels())
    return web.json_response({
        "id": team.id, "name": team.name, "aadGroupId": team.group_id, "type": "standard",
        "channelCount": len(channels), "memberCount": len(channels[0].members),
        "tenantId": call.sandbox.config.tenant_id,
    })  # fmt: skip


async def _team_channels(call: Call) -> web.Response:
    team = _require_team(call)
    # Teams leaves out the name of the General channel, because it is shown in each reader's language.
    channels = [
        {"id": c.id, "name": None if c.id == team.id else c.name, "type": "standard"}
        for c in call.sandbox.world.channels()
    ]
    return web.json_response({"conversations": channels})


def _require(sandbox: Sandbox, conversation_id: str) -> Conversation:
    conversation = sandbox.world.by_id(conversation_id)
    if conversation is None:
        raise TeamsError(404, "ConversationNotFound", "Conversation not found.")
    root = _thread_of(conversation, conversation_id)
    if root is not None and not any(m.id == root for m in conversation.messages):
        raise TeamsError(404, "ConversationNotFound", "Conversation not found.")
    reached = conversation.installed
    if conversation.kind == "personal":
        reached = sandbox.world.bot_reaches(conversation.members[0])
    if not reached:
        raise TeamsError(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
    return conversation


def _require_team(call: Call) -> Team:
    team = call.sandbox.world.team
    if unquote(call.request.match_info["team"]) not in (team.id, team.group_id):
        raise TeamsError(404, "NotFound", "Team not found.")
    if not next(call.sandbox.world.channels()).installed:
        raise TeamsError(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
    return team


def _roster(call: Call) -> list[Person]:
    conversation = _require(call.sandbox, call.conversation_id)
    return [call.sandbox.world.people[key] for key in conversation.members]


def _thread_of(conversation: Conversation, conversation_id: str) -> str | None:
    _, mark, root = conversation_id.partition(";messageid=")
    return root if mark and conversation.kind == "channel" else None


def _own_message(conversation: Conversation, message_id: str) -> Message:
    message = conversation.find(message_id)
    if message is None or message.sender != "bot":
        raise TeamsError(404, "ActivityNotFoundInConversation", "Activity not found in the conversation.")
    return message


def _store(sandbox: Sandbox, conversation: Conversation, activity: Json, *, thread: str | None) -> Message:
    _check_message(conversation, activity)
    now = sandbox.now()
    message = Message(
        id=sandbox.world.next_message_id(now), conversation=conversation.key, thread=thread, sender="bot", at=now
    )  # fmt: skip
    _fill(message, activity)
    conversation.messages.append(message)
    sandbox.changed(message)
    return message


def _fill(message: Message, activity: Json) -> None:
    message.text = str(activity.get("text") or "")
    message.text_format = str(activity.get("textFormat") or "markdown")
    message.summary = str(activity.get("summary") or "")
    message.attachments = list(activity.get("attachments") or [])
    message.entities = list(activity.get("entities") or [])


def _check_message(conversation: Conversation, activity: Json) -> None:
    text = _INLINE_IMAGE.sub("", json.dumps(activity, ensure_ascii=False))
    if len(text.encode("utf-16-le", "surrogatepass")) > _MAX_UTF16_BYTES:
        raise TeamsError(413, "MessageSizeTooBig", "Message size too large.")
    if activity.get("type", "message") != "message":
        raise TeamsError(400, "BadSyntax", f"Activities of type {activity.get('type')!r} cannot be sent")
    attachments = activity.get("attachments") or []
    if not isinstance(attachments, list) or not all(isinstance(a, dict) and a.get("contentType") for a in attachments):
        raise TeamsError(400, "BadSyntax", "attachments is a list of objects with contentType")
    if any(a["contentType"] == OFFER_TYPE for a in attachments) and conversation.kind != "personal":
        raise TeamsError(400, "BadSyntax", "File consent cards are for personal chats only")
    for attachment in attachments:
        card = attachment.get("content")
        if attachment["contentType"] == CARD_TYPE and not (
            isinstance(card, dict) and card.get("type") == "AdaptiveCard" and isinstance(card.get("version"), str)
        ):
            raise TeamsError(400, "BadSyntax", "Bad format of an Adaptive Card: it needs type and version")
    if not attachments and not activity.get("text"):
        raise TeamsError(400, "BadSyntax", "Activity must include non empty 'text' field or at least 1 attachment")


def _member_json(person: Person) -> Json:
    first, last = person.name.split(" ", 1)
    return {
        "id": person.mri, "name": person.name, "aadObjectId": person.object_id, "objectId": person.object_id,
        "givenName": first, "surname": last, "email": person.upn, "userPrincipalName": person.upn,
        "userRole": person.role, "tenantId": person.tenant_id,
    }  # fmt: skip


def _dig(body: Value, *path: str) -> Value:
    for name in path:
        body = body.get(name) if isinstance(body, dict) else None
    return body
