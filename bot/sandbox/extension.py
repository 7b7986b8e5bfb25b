"""The app's message extension as people use it: searches, cards in messages, links that unfold, messages acted on."""

from bot.sandbox import activities
from bot.sandbox.caller import WENT_WRONG, Answer, deliver, deliver_invoke
from bot.sandbox.clock import stamp
from bot.sandbox.state import BadRequestError, Dialog, Sandbox
from bot.sandbox.world import Conversation, Json, Message, Person, Value


async def query(
    sandbox: Sandbox, person: Person, conversation: Conversation, *, command: str, text: str, skip: int
) -> Json:
    """Type into the search; without a text it has just been opened."""
    parameters = [{"name": "query", "value": text}] if text else [{"name": "initialRun", "value": "true"}]
    value = {"commandId": command, "parameters": parameters, "queryOptions": {"skip": skip, "count": 25}}
    answer = await ask(sandbox, person, conversation, "composeExtension/query", value)
    return {**answer.as_json(), **_result(answer)}


async def share(
    sandbox: Sandbox, person: Person, conversation: Conversation, *, value: Value, text: str, thread: str | None
) -> Json:
    """Choose a find, and send the message that its card is part of."""
    answer = await ask(sandbox, person, conversation, "composeExtension/selectItem", value)
    result = _result(answer)
    if len(result["attachments"]) != 1:
        return {**answer.as_json(), **result}
    return await _send(sandbox, person, conversation, text=text, attachment=result["attachments"][0], thread=thread)


async def unfold(
    sandbox: Sandbox, person: Person, conversation: Conversation, *, url: str, text: str, thread: str | None
) -> Json:
    """Send a message with an address in it, which becomes a card where the app has one for it."""
    answer = await ask(sandbox, person, conversation, "composeExtension/queryLink", {"url": url})
    cards = _result(answer)["attachments"]
    sent = await _send(
        sandbox, person, conversation, text=text or url, attachment=cards[0] if cards else None, thread=thread
    )
    return {**sent, "unfolded": bool(cards)}


async def act_on(
    sandbox: Sandbox, person: Person, conversation: Conversation, *, command: str, message: Message | None
) -> Json:
    """Choose the app's action in the menu of a message, or where people write."""
    value: Json = {"commandId": command, "commandContext": "message" if message else "compose", "context": {}}
    if message is not None:
        value["messagePayload"] = _payload(sandbox, conversation, message)
    about = message.id if message else ""
    return await task(sandbox, person, conversation, name="composeExtension/fetchTask", value=value, about=about)


async def task(
    sandbox: Sandbox, person: Person, conversation: Conversation, *, name: str, value: Json, about: str
) -> Json:
    """Open the dialog that the app answers with, or show its words. `about` is the id of a message."""
    answer = await ask(sandbox, person, conversation, name, value)
    sandbox.dialogs.pop(person.key, None)
    body = answer.body if isinstance(answer.body, dict) else {}
    given = body.get("task")
    if answer.status != 200 or not isinstance(given, dict):
        return {**answer.as_json(), "outcome": "error", "toast": WENT_WRONG}
    content = given.get("value")
    if given.get("type") == "message":
        return {**answer.as_json(), "outcome": "message", "toast": str(content)}
    card = (content.get("card") or {}).get("content") if isinstance(content, dict) else None
    if not isinstance(content, dict) or not isinstance(card, dict):
        return {**answer.as_json(), "outcome": "error", "toast": WENT_WRONG}
    base = {key: kept for key, kept in value.items() if key != "data"}
    dialog = Dialog(
        conversation=conversation.key, activity=about, title=str(content.get("title", "")), card=card, command=base
    )
    sandbox.dialogs[person.key] = dialog
    size = {k: content.get(k) for k in ("height", "width")}
    return {**answer.as_json(), "outcome": "dialog", "dialog": {"title": dialog.title, "card": card, **size}}


async def ask(sandbox: Sandbox, person: Person, conversation: Conversation, name: str, value: Value) -> Answer:
    """Send an invoke that is about no message of the app's."""
    return await deliver_invoke(sandbox, activities.invoke(sandbox, person, conversation, name=name, value=value))


def _result(answer: Answer) -> Json:
    body = answer.body if isinstance(answer.body, dict) else {}
    extension = body.get("composeExtension")
    if answer.status != 200:
        return {"outcome": "error", "toast": WENT_WRONG, "attachments": []}
    if not isinstance(extension, dict):
        return {"outcome": "none", "attachments": []}
    if extension.get("type") == "message":
        return {"outcome": "message", "toast": str(extension.get("text", "")), "attachments": []}
    return {"outcome": "result", "attachments": extension.get("attachments", [])}


async def _send(
    sandbox: Sandbox, person: Person, conversation: Conversation, *, text: str, attachment: Json | None,
    thread: str | None,
) -> Json:  # fmt: skip
    if thread is not None and not (conversation.kind == "channel" and conversation.find(thread)):
        raise BadRequestError(f"there is no thread {thread!r} in {conversation.key}")
    message = Message(
        id=sandbox.world.next_message_id(sandbox.now()), conversation=conversation.key, thread=thread,
        sender=person.key, at=sandbox.now(), text=text,
    )  # fmt: skip
    if attachment is not None:
        message.attachments = [{"contentType": attachment["contentType"], "content": attachment["content"]}]
    conversation.messages.append(message)
    sandbox.changed(message)
    status: Json = {"status": None, "body": None}
    if conversation.kind == "personal":
        activity = activities.message(sandbox, person, conversation, message_id=message.id, text=text, thread=thread)
        status = (await deliver(sandbox, activity, seconds=sandbox.config.message_timeout)).as_json()
    return {"id": message.id, **status, "outcome": "sent"}


def _payload(sandbox: Sandbox, conversation: Conversation, message: Message) -> Json:
    """The message as the app gets it; its text is markup."""
    sender = sandbox.world.people.get(message.sender)
    user = {"userIdentityType": "aadUser", "id": sender.object_id, "displayName": sender.name} if sender else None
    bot = {"id": sandbox.world.bot_id, "displayName": sandbox.world.bot_name}
    text = message.plain().replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")
    return {
        "id": message.id,
        "replyToId": message.thread,
        "createdDateTime": stamp(message.at),
        "lastModifiedDateTime": None,
        "deleted": False,
        "importance": "normal",
        "locale": "en-us",
        "linkToMessage": f"https://teams.microsoft.com/l/message/{conversation.id}/{message.id}?context=%7B%7D",
        "from": {"application": None if sender else bot, "user": user, "device": None, "conversation": None},
        "body": {"contentType": "html", "content": f"<div>{text}</div>"},
        "attachments": [],
        "mentions": [],
        "reactions": [],
    }
