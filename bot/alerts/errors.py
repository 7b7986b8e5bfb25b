"""What can go wrong, in few words that callers tell apart."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum


class TocsinError(Exception):
    """Something that we expected might go wrong, went wrong."""


class NotAvailable(TocsinError):
    """No such thing, or not for this reader: the two are told apart by nobody."""


class Refused(TocsinError):
    """The rules do not allow it. `reason` is stable and for code; the words for people come from the catalogue."""

    def __init__(self, reason: str, **facts: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.facts = facts


class Busy(TocsinError):
    """The store cannot take this now; the same request may be sent again."""


class DeliveryProblem(TocsinError):
    """Teams did not take a message."""


class DeliveryDelayed(DeliveryProblem):
    """Teams may take it later. `retry_after` is Teams' own wish, if it named one.

    `maybe_delivered` is set where the answer was lost: a new post may already be there.
    """

    def __init__(self, why: str, *, retry_after: timedelta | None = None, maybe_delivered: bool = False) -> None:
        super().__init__(why)
        self.retry_after = retry_after
        self.maybe_delivered = maybe_delivered


class Refusal(StrEnum):
    """Why Teams will never take this message as it is (Microsoft's error table for bots)."""

    #: 404 ActivityNotFoundInConversation: the message to update is gone; post anew.
    ACTIVITY_GONE = "activityGone"
    #: 404 ConversationNotFound: forget the conversation.
    CONVERSATION_GONE = "conversationGone"
    #: The 403 family: blocked, uninstalled, not in the roster, disabled by an administrator.
    FORBIDDEN = "forbidden"
    #: 413 MessageSizeTooBig.
    TOO_LARGE = "tooLarge"
    #: 401 after a fresh token, 400, 500 and everything unlisted.
    REFUSED = "refused"


class DeliveryRefused(DeliveryProblem):
    """Teams will not take it, however often we ask."""

    def __init__(self, refusal: Refusal, *, status: int, code: str = "", message: str = "") -> None:
        super().__init__(f"{status} {code} {message}".strip())
        self.refusal = refusal
        self.status = status
        self.code = code


class Saying(str):
    """Words for people from where no language is known: in English, and with what they are in others made of."""

    __slots__ = ("message", "values")
    message: str
    values: Mapping[str, object]


def say(message: str, /, **values: object) -> Saying:
    """A message of the catalogues with its named values; call it with a literal only. `Language.said` translates it."""
    said = Saying(message.format_map(values))
    said.message, said.values = message, values
    return said
