"""Our messages, and the SDK's objects, in the JSON of the Connector."""

import html
import json
import re
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any, Final

import pydantic_core

from bot.alerts.messages import FileInfo, FileOffer, Mention, Message

Json = dict[str, Any]

CARD_TYPE: Final = "application/vnd.microsoft.card.adaptive"
FILE_OFFER_TYPE: Final = "application/vnd.microsoft.teams.card.file.consent"
FILE_INFO_TYPE: Final = "application/vnd.microsoft.teams.card.file.info"


def message_json(message: Message) -> Json:
    """A message as an activity. Without mentions its text is plain; with mentions it is escaped markup."""
    activity: Json = {"type": "message"}
    if message.mentions:
        # Teams looks for mentions in markup only, so everything else in the text has to be disarmed.
        activity["text"], activity["entities"] = _with_mentions(message.text, message.mentions)
        activity["textFormat"] = "xml"
    elif message.text:
        activity["text"], activity["textFormat"] = message.text, "plain"
    if message.summary:
        activity["summary"] = message.summary
    if message.card is not None:
        activity["attachments"] = [{"contentType": CARD_TYPE, "content": message.card}]
    if message.file is not None:
        activity["attachments"] = [_file_json(message.file)]
    return activity


def _file_json(file: FileOffer | FileInfo) -> Json:
    """https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4"""
    if isinstance(file, FileInfo):
        content: Json = {"uniqueId": file.unique_id, "fileType": file.file_type}
        return {"contentType": FILE_INFO_TYPE, "contentUrl": file.url, "name": file.name, "content": content}
    content = {"description": file.description, "sizeInBytes": file.size}
    content |= {"acceptContext": dict(file.context), "declineContext": dict(file.context)}
    return {"contentType": FILE_OFFER_TYPE, "name": file.name, "content": content}


def written(value: object) -> tuple[Any, bytes]:
    """Plain JSON of whatever a handler hands over, as `to_json` gives it, and its text. Raises TypeError.

    Nearly always it is plain already: then nothing walks over it but pydantic's writer, which is quick.
    """
    try:
        return value, pydantic_core.to_json(value)
    except ValueError:
        plain = to_json(value)
        return plain, json.dumps(plain).encode()


def to_json(value: object) -> Any:  # noqa: ANN401 - JSON is anything
    """Plain JSON of whatever a handler of the SDK hands over: its models, exceptions, enums and plain values.

    The SDK's own serialiser refuses a plain dict, a text where it expects an object, and its own error values.
    Raises TypeError for what is none of these.
    """
    match value:
        case Enum():
            return to_json(value.value)
        case None | str() | int() | float():
            return value
        case Mapping():
            return {str(name): to_json(item) for name, item in value.items()}
        case list() | tuple():
            return [to_json(item) for item in value]
        case datetime():
            return value.isoformat()
        case _:
            return _model_json(value)


def _model_json(model: object) -> Json:
    if isinstance(model, Exception):
        code, message = (*map(str, model.args), "", "")[:2]
        return {"code": code, "message": message}
    attributes: Mapping[str, Mapping[str, str]] | None = getattr(model, "_attribute_map", None)
    if attributes is None:
        raise TypeError(f"{type(model).__name__} has no JSON")
    answer: Json = dict(to_json(getattr(model, "additional_properties", None) or {}))
    for name, attribute in attributes.items():
        item = getattr(model, name, None)
        if item is not None and attribute["key"]:
            answer[attribute["key"]] = to_json(item)
    return answer


def _with_mentions(text: str, mentions: tuple[Mention, ...]) -> tuple[str, list[Json]]:
    """The escaped text and the entities of the mentions that occur in it, in the order of the text.

    Two people of the same name are told apart by that order.
    """
    waiting = list(mentions)
    entities: list[Json] = []

    def placed(match: re.Match[str]) -> str:
        mention = next((m for m in waiting if m.name == match[1]), None)
        if mention is None:
            return _escape(match[0])
        waiting.remove(mention)
        tag = f"<at>{_escape(mention.name)}</at>"
        entities.append({"type": "mention", "text": tag, "mentioned": {"id": mention.teams_id, "name": mention.name}})
        return tag

    names = "|".join(re.escape(name) for name in sorted({m.name for m in mentions}, key=len, reverse=True))
    pattern = re.compile(f"<at>({names})</at>")
    pieces: list[str] = []
    end = 0
    for match in pattern.finditer(text):
        pieces += [_escape(text[end : match.start()]), placed(match)]
        end = match.end()
    pieces.append(_escape(text[end:]))
    return "".join(pieces), entities


def _escape(text: str) -> str:
    return html.escape(text, quote=False).replace("\n", "<br>")
