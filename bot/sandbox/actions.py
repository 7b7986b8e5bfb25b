"""What people do in Teams: write, press, open and send dialogs, look at cards, add and remove the app."""

import asyncio

from bot.sandbox import activities, extension
from bot.sandbox.caller import WENT_WRONG, Answer, deliver, deliver_invoke, repeated
from bot.sandbox.carddata import Button, find_button, pressed_data
from bot.sandbox.state import BadRequestError, Dialog, Sandbox
from bot.sandbox.world import Conversation, Json, Message, Person, Value

_REFRESH_FOR_ALL_UP_TO = 60


async def say(
    sandbox: Sandbox, person: Person, conversation: Conversation, *, text: str, mention: bool, thread: str | None
) -> Json:
    """A person writes. In channels and group chats the bot hears it only where it is mentioned."""
    if thread is not None and not (conversation.kind == "channel" and conversation.find(thread)):
        raise BadRequestError(f"there is no thread {thread!r} in {conversation.key}")
    if conversation.kind == "personal" and not sandbox.world.bot_reaches(person.key):
        await install(sandbox, person, conversation)  # writing to an app for the first time adds it
    if mention and not conversation.installed and conversation.kind != "personal":
        raise BadRequestError(f"{sandbox.world.bot_name} is not installed in {conversation.key}: install it first")
    message = Message(
        id=sandbox.world.next_message_id(sandbox.now()), conversation=conversation.key, thread=thread,
        sender=person.key, at=sandbox.now(), text=f"@{sandbox.world.bot_name} {text}" if mention else text,
    )  # fmt: skip
    conversation.messages.append(message)
    sandbox.changed(message)
    if conversation.kind != "personal" and not mention:
        return {"id": message.id, "status": None, "body": None}
    activity = activities.message(
        sandbox, person, conversation, message_id=message.id, text=text, thread=thread, mention=mention
    )
    answer = await deliver(sandbox, activity, seconds=sandbox.config.message_timeout)
    return {"id": message.id, **answer.as_json()}


async def install(sandbox: Sandbox, person: Person, conversation: Conversation) -> Json:
    """The app is added; a team has it in all channels, and `conversation` is the channel that was chosen."""
    _mark_installed(sandbox, conversation, installed=True)
    return await _tell_installed(sandbox, person, conversation, added=True)


async def uninstall(sandbox: Sandbox, person: Person, conversation: Conversation) -> Json:
    """The app is removed; from now on the Connector answers 403 there."""
    _mark_installed(sandbox, conversation, installed=False)
    return await _tell_installed(sandbox, person, conversation, added=False)


async def press(
    sandbox: Sandbox, person: Person, message: Message, button: Button, *, inputs: Json, data: Json | None,
    trigger: str | None = None, repeat: int = 1, together: bool = False,
) -> Json:  # fmt: skip
    """A press on a button of the card that this person sees."""
    action = button.action
    kind = action.get("type")
    if kind == "Action.OpenUrl":
        return {"status": None, "outcome": "url", "url": action.get("url")}
    if kind not in ("Action.Execute", "Action.Submit"):
        raise BadRequestError(f"{kind} happens in the client and sends nothing to the bot")
    payload = pressed_data(button, inputs=inputs, data=data)
    if kind == "Action.Execute":
        sent = {k: action[k] for k in ("id", "title", "verb") if action.get(k) is not None}
        sent |= {"type": "Action.Execute", "data": payload}
        return await execute(sandbox, person, message, sent, trigger=trigger, repeat=repeat, together=together)
    return await submit(sandbox, person, message, payload)


async def execute(
    sandbox: Sandbox, person: Person, message: Message, action: Json, *, trigger: str | None = None,
    repeat: int = 1, together: bool = False,
) -> Json:  # fmt: skip
    """Send `adaptiveCard/action`, `repeat` times in all (`together`: at once), and show what the answer asks for."""
    value: Json = {"action": action, "trigger": trigger or "manual"}
    activity = _invoke(sandbox, person, message, name="adaptiveCard/action", value=value)
    copies = [activity, *(repeated(sandbox, activity) for _ in range(repeat - 1))]
    if together:
        answers = await asyncio.gather(*(deliver_invoke(sandbox, copy) for copy in copies))
    else:
        answers = [await deliver_invoke(sandbox, copy) for copy in copies]
    shown = [show_answer(sandbox, person, message, answer) for answer in answers]
    result = {**answers[-1].as_json(), **shown[-1]}
    if repeat > 1:
        result["answers"] = [{**a.as_json(), **s} for a, s in zip(answers, shown, strict=True)]
    return result


def show_answer(sandbox: Sandbox, person: Person, message: Message, answer: Answer) -> Json:
    """Do with an answer to `adaptiveCard/action` what the client does; says what the person sees."""
    body = answer.body if isinstance(answer.body, dict) else {}
    kind, value = body.get("type"), body.get("value")
    if answer.status != 200 or (body and body.get("statusCode") != 200):
        outcome: Json = {"outcome": "error", "toast": WENT_WRONG}
    elif kind == "application/vnd.microsoft.card.adaptive" and isinstance(value, dict):
        if not message.deleted:
            message.views[person.key] = value
            message.answers[person.key] = message.answers.get(person.key, 0) + 1
            sandbox.changed(message, kind="view")
        outcome = {"outcome": "card", "card": value}
    elif kind == "application/vnd.microsoft.activity.message" and isinstance(value, str):
        outcome = {"outcome": "message", "toast": value}
    elif body:
        outcome = {"outcome": "error", "toast": WENT_WRONG}
    else:
        outcome = {"outcome": "none"}
    if outcome.get("toast"):
        sandbox.events.tell("toast", person=person.key, text=outcome["toast"], bad=outcome["outcome"] == "error")
    return outcome


async def look(sandbox: Sandbox, person: Person, message: Message) -> Json | None:
    """The card comes into this person's view: a card that wants it is refreshed, once per revision and person."""
    card = message.card_for(person.key)
    refresh = card.get("refresh") if card else None
    if not isinstance(refresh, dict) or not isinstance(refresh.get("action"), dict):
        return None
    listed = refresh.get("userIds")
    members = sandbox.world.conversations[message.conversation].members
    wanted = person.mri in listed if isinstance(listed, list) else len(members) <= _REFRESH_FOR_ALL_UP_TO
    if not wanted or message.refreshed.get(person.key) == message.revision:
        return None
    message.refreshed[person.key] = message.revision
    return await execute(sandbox, person, message, dict(refresh["action"]), trigger="automatic")


async def submit_dialog(sandbox: Sandbox, person: Person, *, action: Value, inputs: Json, data: Json | None) -> Json:
    """Send the dialog that the person has open, with a press on one of its buttons."""
    dialog = sandbox.dialogs.get(person.key)
    if dialog is None:
        raise BadRequestError(f"{person.key} has no dialog open")
    button = find_button(dialog.card, action if action is not None else 0)
    if button.action.get("type") != "Action.Submit":
        raise BadRequestError(f"{button.label!r} is {button.action.get('type')}: dialogs know Action.Submit only")
    payload = pressed_data(button, inputs=inputs, data=data)
    return await send_dialog(sandbox, person, payload)


async def send_dialog(sandbox: Sandbox, person: Person, payload: Value) -> Json:
    """Send the open dialog with this data."""
    dialog = sandbox.dialogs.get(person.key)
    if dialog is None:
        raise BadRequestError(f"{person.key} has no dialog open")
    conversation = sandbox.world.conversations[dialog.conversation]
    if dialog.command is not None:
        value = dialog.command | {"data": payload}
        name, about = "composeExtension/submitAction", dialog.activity
        return await extension.task(sandbox, person, conversation, name=name, value=value, about=about)
    message = next(m for m in conversation.messages if m.id == dialog.activity)
    return await _task(sandbox, person, message, name="task/submit", data=payload)


async def invoke(sandbox: Sandbox, person: Person, message: Message, *, name: str, value: Value) -> Json:
    """Any invoke about a message."""
    return (await deliver_invoke(sandbox, _invoke(sandbox, person, message, name=name, value=value))).as_json()


async def submit(sandbox: Sandbox, person: Person, message: Message, payload: Value) -> Json:
    """Action.Submit: opens a dialog, says something, or arrives as a message with a value."""
    teams = payload.get("msteams") if isinstance(payload, dict) else None
    kind = teams.get("type") if isinstance(teams, dict) else None
    if kind == "task/fetch":
        return await _task(sandbox, person, message, name="task/fetch", data=payload)
    conversation = sandbox.world.conversations[message.conversation]
    if isinstance(teams, dict) and kind in ("imBack", "messageBack"):
        text = str(teams.get("value" if kind == "imBack" else "text", ""))
        mention = conversation.kind != "personal"
        return await say(sandbox, person, conversation, text=text, mention=mention, thread=message.thread)
    activity = activities.message(
        sandbox, person, conversation, message_id=sandbox.world.next_message_id(sandbox.now()), text="",
        thread=message.thread or message.id, value=payload, reply_to=message.id,
    )  # fmt: skip
    answer = await deliver(sandbox, activity, seconds=sandbox.config.message_timeout)
    failed = answer.status not in (200, 201, 202)
    return {**answer.as_json(), **({"outcome": "error", "toast": WENT_WRONG} if failed else {"outcome": "none"})}


async def _task(sandbox: Sandbox, person: Person, message: Message, *, name: str, data: Value) -> Json:
    value = {"data": data, "context": {"theme": "default"}}
    answer = await deliver_invoke(sandbox, _invoke(sandbox, person, message, name=name, value=value))
    task = answer.body.get("task") if isinstance(answer.body, dict) else None
    if answer.status != 200 or (task is not None and not isinstance(task, dict)):
        return {**answer.as_json(), "outcome": "error", "toast": WENT_WRONG}
    sandbox.dialogs.pop(person.key, None)
    if not task:
        return {**answer.as_json(), "outcome": "none"}
    content = task.get("value")
    if task.get("type") == "message":
        return {**answer.as_json(), "outcome": "message", "toast": str(content)}
    card = (content.get("card") or {}).get("content") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(card, dict):
        return {**answer.as_json(), "outcome": "error", "toast": WENT_WRONG}
    dialog = Dialog(
        conversation=message.conversation, activity=message.id, title=str(content.get("title", "")), card=card
    )
    sandbox.dialogs[person.key] = dialog
    size = {k: content.get(k) for k in ("height", "width")}
    return {**answer.as_json(), "outcome": "dialog", "dialog": {"title": dialog.title, "card": card, **size}}


def _invoke(sandbox: Sandbox, person: Person, message: Message, *, name: str, value: Value) -> Json:
    conversation = sandbox.world.conversations[message.conversation]
    thread = message.thread or message.id
    return activities.invoke(
        sandbox, person, conversation, name=name, value=value, thread=thread, reply_to=message.id
    )  # fmt: skip


def _mark_installed(sandbox: Sandbox, conversation: Conversation, *, installed: bool) -> None:
    places = sandbox.world.channels() if conversation.kind == "channel" else [conversation]
    for place in places:
        place.installed = installed
    sandbox.events.tell("installed", conversation=conversation.key, installed=installed)


async def _tell_installed(sandbox: Sandbox, person: Person, conversation: Conversation, *, added: bool) -> Json:
    timeout = sandbox.config.message_timeout
    members = activities.members_changed(sandbox, person, conversation, added=added)
    update = activities.installation(sandbox, person, conversation, added=added)
    answers = [await deliver(sandbox, activity, seconds=timeout) for activity in (members, update)]
    return {"conversation": conversation.key, "status": answers[1].status, "answers": [a.as_json() for a in answers]}
