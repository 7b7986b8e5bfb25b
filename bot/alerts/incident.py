"""The incident: related alerts together. Its numbers are a series of their own."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """`source` and `external_id` name the source's own incident; both are empty for one that people made."""

    number: int
    name: str
    created_at: datetime
    source: str = ""
    external_id: str = ""
    url: str = ""
    alert_count: int = 0
