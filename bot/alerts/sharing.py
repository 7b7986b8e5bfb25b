"""What people put into a conversation themselves, as a protocol."""

from collections.abc import Collection
from datetime import datetime
from typing import Final, Protocol

#: The source of alerts that people make of messages.
TEAMS: Final = "teams"


class Shares(Protocol):
    """Alerts that somebody who may see them shows to everybody in a conversation.

    Teams does not tell whether what was offered was sent. So an offer has a token, which stands on the card; and it is
    a share from when somebody there sees the card.
    """

    def offer(self, conversation: int, alerts: Collection[int], *, person: str, token: str, at: datetime) -> None:
        """Nobody else has the token."""
        ...

    def waits(self, conversation: int, token: str) -> bool:
        """Whether an offer was made there that nobody has seen yet."""
        ...

    def see(self, conversation: int, token: str) -> None:
        """Somebody there has it before their eyes."""
        ...

    def forget_before(self, before: datetime) -> int:
        """Offers that nobody has ever seen."""
        ...
