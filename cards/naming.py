"""What people call a place."""

from bot.alerts.conversation import Conversation
from bot.alerts.messages import ConversationKind
from cards.language import Language


def place_name(place: Conversation, lang: Language) -> str:
    """Teams often gives no name: a team's General has the id of the team."""
    if place.kind is not ConversationKind.CHANNEL:
        return place.name or lang.t("this chat")
    if place.teams_id == place.team_id:
        return "General"
    return place.name or lang.t("this channel")
