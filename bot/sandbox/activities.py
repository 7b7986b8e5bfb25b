"""Activities as Teams sends them to a bot."""

import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.sandbox.clock import stamp
from bot.sandbox.state import Sandbox
from bot.sandbox.world import Conversation, Json, Person, Value


def message(
    sandbox: Sandbox, person: Person, conversation: Conversation, *, message_id: str, text: str, thread: str | None,
    mention: bool = False, value: Value = None, reply_to: str | None = None,
) -> Json:  # fmt: skip
    """A message of a person; `mention` puts the bot's `<at>` before the text, as the composer does."""
    world = sandbox.world
    activity = envelope(sandbox, person, conversation, kind="message", thread=thread or message_id)
    activity["id"] = message_id
    if value is not None:
        activity.update(value=value, replyToId=reply_to)
        activity["channelData"]["source"] = {"name": "message"}
        activity["channelData"]["legacy"] = {"replyToId": reply_to}
        return activity
    at = f"<at>{world.bot_name}</at>"
    activity["textFormat"] = "plain"
    activity["text"] = f"{at} {text}" if mention else text
    if mention:
        bot = {"id": world.bot_id, "name": world.bot_name}
        activity["entities"].insert(0, {"type": "mention", "mentioned": bot, "text": at})
    html = f"<p>{activity['text']}</p>"
    activity["attachments"] = [{"contentType": "text/html", "content": html}]
    return activity


def invoke(
    sandbox: Sandbox, person: Person, conversation: Conversation, *, name: str, value: Value,
    thread: str | None = None, reply_to: str | None = None,
) -> Json:  # fmt: skip
    """An invoke: a press, a dialog, a search."""
    activity = envelope(sandbox, person, conversation, kind="invoke", thread=thread)
    activity.update(id=f"f:{uuid.uuid4()}", name=name, value=value)
    if reply_to:
        activity["replyToId"] = reply_to
        activity["channelData"]["source"] = {"name": "message"}
        activity["channelData"]["legacy"] = {"replyToId": reply_to}
    return activity


def installation(sandbox: Sandbox, person: Person, conversation: Conversation, *, added: bool) -> Json:
    """`installationUpdate`: the app was added to, or removed from, a team, chat or 1:1 chat."""
    activity = _about_app(sandbox, person, conversation, kind="installationUpdate", selected=added)
    activity["action"] = "add" if added else "remove"
    return activity


def members_changed(sandbox: Sandbox, person: Person, conversation: Conversation, *, added: bool) -> Json:
    """`conversationUpdate` with the bot itself as the member that came or went."""
    activity = _about_app(sandbox, person, conversation, kind="conversationUpdate", selected=added)
    activity["membersAdded" if added else "membersRemoved"] = [{"id": sandbox.world.bot_id}]
    if conversation.kind == "channel":
        activity["channelData"]["eventType"] = "teamMemberAdded" if added else "teamMemberRemoved"
    return activity


def envelope(
    sandbox: Sandbox, person: Person, conversation: Conversation, *, kind: str, thread: str | None = None
) -> Json:
    """What all activities have in common. `thread` gives a channel's conversation id its `;messageid=`."""
    world, now = sandbox.world, sandbox.now()
    where: Json = {"conversationType": conversation.kind, "tenantId": person.tenant_id, "id": conversation.id}
    data: Json = {"tenant": {"id": person.tenant_id}}
    if conversation.kind != "personal":
        where["isGroup"] = True
    if conversation.kind == "channel":
        if thread:
            where["id"] = f"{conversation.id};messageid={thread}"
        data.update(
            teamsChannelId=conversation.id, teamsTeamId=world.team.id, channel={"id": conversation.id},
            team={"id": world.team.id, "name": world.team.name, "aadGroupId": world.team.group_id},
        )  # fmt: skip
    return {
        "type": kind,
        "timestamp": stamp(now),
        "localTimestamp": _local(now, person),
        "localTimezone": person.zone,
        "id": f"f:{uuid.uuid4()}",
        "channelId": "msteams",
        "serviceUrl": sandbox.service_url(),
        "from": {"id": person.mri, "name": person.name, "aadObjectId": person.object_id},
        "conversation": where,
        "recipient": {"id": world.bot_id, "name": world.bot_name},
        "entities": [{
            "type": "clientInfo", "locale": person.locale, "country": person.country, "platform": person.platform,
            "timezone": person.zone,
        }],
        "channelData": data,
        "locale": person.locale,
    }  # fmt: skip


def _about_app(sandbox: Sandbox, person: Person, conversation: Conversation, *, kind: str, selected: bool) -> Json:
    """Install events name the team's General channel, and the chosen channel in the settings."""
    activity = envelope(sandbox, person, conversation, kind=kind)
    activity.pop("localTimestamp")
    activity.pop("localTimezone")
    activity["entities"] = []
    if conversation.kind == "channel":
        world = sandbox.world
        activity["conversation"]["id"] = world.team.id
        activity["channelData"] |= {"channel": {"id": world.team.id}, "teamsChannelId": world.team.id}
        if selected:
            activity["channelData"]["settings"] = {"selectedChannel": {"id": conversation.id}}
    return activity


def _local(now: datetime, person: Person) -> str:
    return now.astimezone(ZoneInfo(person.zone)).isoformat(timespec="milliseconds")
