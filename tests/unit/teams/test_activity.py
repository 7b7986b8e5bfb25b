"""Inbound activities: what is read, what is left out, what is wrong."""

import json
from typing import Any

import pytest

from bot.alerts.messages import Address, ConversationKind
from bot.teams.activity import BadActivity, InboundActivity, parse_activity
from tests.support.bot_tokens import APP_ID, SERVICE_URL, TENANT_ID, activity


def parsed(**changes: Any) -> InboundActivity:
    return parse_activity(json.dumps(activity(**changes)).encode())[0]


def test_a_message_in_a_channel_is_read() -> None:
    message = parsed()
    assert (message.type, message.id, message.channel_id) == ("message", "1700000000001", "msteams")
    assert message.from_.aad_object_id == "11111111-2222-3333-4444-555555555555"
    assert message.conversation.tenant_id == TENANT_ID
    assert message.channel_data.tenant is not None
    assert message.channel_data.tenant.id == TENANT_ID
    assert message.channel_data.team is not None
    assert message.channel_data.team.name == "SOC"
    assert message.kind is ConversationKind.CHANNEL
    assert message.address == Address(
        SERVICE_URL, "19:alerts@thread.tacv2", ConversationKind.CHANNEL, thread="1700000000000"
    )
    assert message.said == "queue"
    assert [m.mentioned.id for m in message.mentions if m.mentioned] == [f"28:{APP_ID}"]
    assert message.client is not None
    assert (message.client.platform, message.client.timezone) == ("iOS", "Europe/London")


def test_a_chat_has_no_threads() -> None:
    message = parsed(conversation={"id": "a:1;messageid=7", "conversationType": "personal"}, channelData={})
    assert message.address == Address(SERVICE_URL, "a:1", ConversationKind.PERSONAL, thread=None)


@pytest.mark.parametrize(
    ("conversation", "channel_data", "kind"),
    [
        ({"conversationType": "groupChat"}, {}, ConversationKind.GROUP_CHAT),
        ({"isGroup": True}, {}, ConversationKind.GROUP_CHAT),
        ({}, {}, ConversationKind.PERSONAL),
        ({"conversationType": "new in Teams", "isGroup": True}, {"team": {"id": "19:t"}}, ConversationKind.CHANNEL),
    ],
)
def test_the_kind_of_a_conversation_is_found_without_its_type(
    conversation: dict[str, Any], channel_data: dict[str, Any], kind: ConversationKind
) -> None:
    assert parsed(conversation={"id": "19:x", **conversation}, channelData=channel_data).kind is kind


def test_events_carry_what_they_are_about() -> None:
    event = parsed(
        type="conversationUpdate",
        membersAdded=[{"id": "29:bo", "aadObjectId": "o-bo"}],
        membersRemoved=[{"id": "29:ana"}],
        channelData={
            "eventType": "channelCreated",
            "channel": {"id": "19:c", "name": "New"},
            "settings": {"selectedChannel": {"id": "19:s"}},
        },
        action="add",
        replyToId="17",
        locale="de-DE",
        localTimezone="Europe/Berlin",
    )
    assert [m.id for m in event.members_added + event.members_removed] == ["29:bo", "29:ana"]
    assert event.channel_data.event_type == "channelCreated"
    assert event.channel_data.settings is not None
    assert event.channel_data.settings.selected_channel is not None
    assert event.channel_data.settings.selected_channel.id == "19:s"
    assert (event.action, event.reply_to_id, event.locale, event.local_timezone) == (
        "add", "17", "de-DE", "Europe/Berlin",
    )  # fmt: skip


def test_what_is_null_unknown_or_new_does_not_matter() -> None:
    raw = activity(text="x", attachments=7, timestamp="?", newThing={"a": [1]})
    raw |= {"entities": None, "membersAdded": None, "value": None, "channelData": {"tenant": None, "onBehalfOf": "?"}}
    message, _ = parse_activity(json.dumps(raw).encode())
    assert (message.entities, message.members_added, message.value) == ([], [], None)
    odd = [{"type": "https://schema.org/Message", "text": 5}, "?", {"type": 5}, {"type": "mention", "text": "x"}]
    assert parsed(entities=odd).mentions == ()


def test_the_bots_own_mention_is_taken_out_of_what_was_said_and_others_are_read_as_names() -> None:
    bot = {"id": f"28:{APP_ID}", "name": "Tocsin"}
    entities = [
        {"type": "mention", "text": "<at>Tocsin</at>", "mentioned": bot},
        {"type": "mention", "text": "<at>Bo</at>", "mentioned": {"id": "29:bo", "name": "Bo"}},
        {"type": "mention", "text": "", "mentioned": bot},
    ]
    message = parsed(text="<at>Tocsin</at> assign 7 <at>Bo</at>\n", entities=entities)
    assert message.said == "assign 7 @Bo"


def test_poison_is_taken_out_of_texts_and_of_values() -> None:
    message = parsed(text="a\x00b\ud800", value={"comment": "c\x07\r\nd"}, entities=[])
    assert message.text == "ab\ufffd"
    assert message.value == {"comment": "c\nd"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"type": None}, "type"),
        ({"type": ""}, "type"),
        ({"type": 5}, "type"),
        ({"from": None}, "from"),
        ({"from": [1]}, "from"),
        ({"from": {"id": ""}}, "from.id"),
        ({"conversation": {}}, "conversation.id"),
        ({"conversation": "19:x"}, "conversation"),
        ({"serviceUrl": 5}, "serviceUrl"),
        ({"entities": "x"}, "entities"),
        ({"channelData": []}, "channelData"),
        ({"channelData": {"tenant": "x"}}, "channelData.tenant"),
        ({"membersAdded": [{"id": 5}]}, "membersAdded.0.id"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(BadActivity, match=f"the activity's {words} is missing or of the wrong type"):
        parsed(**changes)


@pytest.mark.parametrize("body", [b"[]", b"null", b"5", b'"x"'])
def test_an_activity_is_an_object(body: bytes) -> None:
    with pytest.raises(BadActivity, match="an activity is a JSON object"):
        parse_activity(body)
