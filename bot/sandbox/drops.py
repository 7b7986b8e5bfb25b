"""Places for files in people's OneDrive."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True, kw_only=True)
class Drop:
    """A place for a file, until a time; `done` once all of it is there. `owner` is a person's key."""

    name: str
    owner: str
    until: datetime
    data: bytearray = field(default_factory=bytearray)
    done: bool = False
