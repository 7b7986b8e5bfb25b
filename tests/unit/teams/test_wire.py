"""Messages and the SDK's objects as JSON."""

import html
import re
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import pytest
from botbuilder.schema import Activity, AdaptiveCardInvokeResponse, Attachment, Entity, SuggestedActions
from botbuilder.schema.teams import TaskModuleContinueResponse, TaskModuleMessageResponse, TaskModuleResponse
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.messages import Mention, Message
from bot.teams.wire import message_json, to_json


def test_a_card_alone_has_no_text() -> None:
    card = {"type": "AdaptiveCard"}
    assert message_json(Message("", card=card)) == {
        "type": "message",
        "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}],
    }


def test_two_people_of_one_name_are_told_apart_by_their_order() -> None:
    mentions = (Mention("29:first", "Ana"), Mention("29:second", "Ana"), Mention("29:anabel", "Ana Bel"))
    sent = message_json(Message("<at>Ana</at> <at>Ana Bel</at> <at>Ana</at> <at>Ana</at>", mentions=mentions))
    assert [e["mentioned"]["id"] for e in sent["entities"]] == ["29:first", "29:anabel", "29:second"]
    assert sent["text"] == "<at>Ana</at> <at>Ana Bel</at> <at>Ana</at> &lt;at&gt;Ana&lt;/at&gt;"


def test_a_mention_that_the_text_lacks_mentions_nobody() -> None:
    sent = message_json(Message("nobody", mentions=(Mention("29:ana", "Ana"),)))
    assert sent["entities"] == []


names = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00"), min_size=1, max_size=10)


@given(st.lists(names | st.sampled_from(["<at>", "</at>", "<b>", "&amp;", "\n"]), max_size=6), names, names)
def test_markup_in_a_text_is_never_more_than_the_mentions(pieces: list[str], one: str, two: str) -> None:
    text = "".join([*pieces, f"<at>{one}</at>", *pieces, f"<at>{two}</at>"])
    sent = message_json(Message(text, mentions=(Mention("29:1", one), Mention("29:2", two))))
    tags = re.findall(r"<[^>]*>", sent["text"])
    assert sorted(set(tags)) in ([], ["</at>", "<at>"], ["</at>", "<at>", "<br>"], ["<br>"])
    assert tags.count("<at>") == len(sent["entities"]) <= 2
    assert html.unescape(sent["text"].replace("<br>", "\n")) == html.unescape(html.escape(text, quote=False))


TOAST = "application/vnd.microsoft.activity.message"
ERROR = "application/vnd.microsoft.error"


class Colour(Enum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("text", "text"),
        ({"a": [1, 2.5, True, None], 5: Colour.RED}, {"a": [1, 2.5, True, None], "5": "red"}),
        (datetime(2026, 11, 21, tzinfo=UTC), "2026-11-21T00:00:00+00:00"),
        (Exception("BadRequest", "Missing value"), {"code": "BadRequest", "message": "Missing value"}),
        (Exception(), {"code": "", "message": ""}),
        (
            AdaptiveCardInvokeResponse(status_code=200, type=TOAST, value="Done"),
            {"statusCode": 200, "type": TOAST, "value": "Done"},
        ),
        (
            AdaptiveCardInvokeResponse(status_code=400, type=ERROR, value=Exception("a", "b")),
            {"statusCode": 400, "type": ERROR, "value": {"code": "a", "message": "b"}},
        ),
        (
            TaskModuleResponse(task=TaskModuleMessageResponse(value="Done")),
            {"task": {"type": "message", "value": "Done"}},
        ),
        (
            TaskModuleResponse(task=TaskModuleContinueResponse(value={"title": "T", "card": {"content": {"b": []}}})),
            {"task": {"type": "continue", "value": {"title": "T", "card": {"content": {"b": []}}}}},
        ),
        (
            Activity(
                type="message",
                text="x",
                attachments=[Attachment(content_type="c", content={"k": None})],
                suggested_actions=SuggestedActions(to=["29:a"], actions=[]),
            ),
            {
                "type": "message",
                "text": "x",
                "attachments": [{"contentType": "c", "content": {"k": None}}],
                "suggestedActions": {"to": ["29:a"], "actions": []},
            },
        ),
    ],
)  # fmt: skip
def test_what_a_handler_hands_over_becomes_json(value: Any, expected: Any) -> None:
    assert to_json(value) == expected


def test_additional_properties_of_an_sdk_object_are_kept() -> None:
    entity = Entity(type="mention")
    entity.additional_properties = {"text": "<at>Ana</at>"}
    assert to_json(entity) == {"type": "mention", "text": "<at>Ana</at>"}


def test_what_has_no_json_is_an_error() -> None:
    with pytest.raises(TypeError, match="object has no JSON"):
        to_json({"a": object()})
