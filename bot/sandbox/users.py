"""What Entra and Exchange know of a user, as the sandbox was told."""

from datetime import UTC
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bot.sandbox.world import Json


class User(BaseModel):
    """`user` is a short name (ana, bo …, or e.evans … of the made-up alerts), an Entra object id or a principal name.

    `since` and `until` are for scheduled replies; `state` counts where there is a risk.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    user: str
    away: Literal["disabled", "alwaysEnabled", "scheduled"] = "disabled"
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    risk: Literal["none", "low", "medium", "high", "hidden"] = "none"
    state: Literal["atRisk", "confirmedCompromised", "remediated", "dismissed"] = Field(default="atRisk")

    def replies(self) -> Json:
        """Graph's automaticRepliesSetting."""
        setting: Json = {"status": self.away, "externalAudience": "all", "internalReplyMessage": "I am away."}
        for name, at in (("scheduledStartDateTime", self.since), ("scheduledEndDateTime", self.until)):
            if at is not None:
                utc = at.astimezone(UTC)
                setting[name] = {"dateTime": f"{utc:%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": "UTC"}
        return setting
