"""The fields of an object whose names come in any case: rows of tables, objects of an API, and both in a trigger."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.sources.json_body import read_json
from bot.sources.outcome import BadPayload, Note
from bot.sources.text import short
from bot.sources.values import object_at, pointer_to, scalar_text, time_of

#: What tables write for a value that is not there.
_NOTHING = frozenset({"", "null", "none", "n/a", "[]", "{}"})


class Fields:
    """Reads fields by their names in small letters; where several are given, the first that is there.

    Raises BadPayload, naming the field as it came, where a value is of the wrong type. A list or an object may also
    come as JSON in a string, as tables have it; one that cannot be read is left out, and noted.
    """

    def __init__(self, value: Any, pointer: str, notes: list[Note]) -> None:  # noqa: ANN401 - any JSON value
        raw = object_at(value, pointer)
        self._names = {name.lower(): name for name in raw}
        self._raw = raw
        self._pointer = pointer
        self._notes = notes

    def has(self, *names: str) -> bool:
        return any(name in self._names for name in names)

    def pointer(self, name: str) -> str:
        return self._pointer + pointer_to((self._names.get(name, name),))

    def any(self, name: str) -> Any:  # noqa: ANN401 - any JSON value
        return self._raw.get(self._names.get(name, ""))

    def text(self, *names: str, limit: int | None = None) -> str:
        """Trimmed; empty where there is none. With a limit, one line of at most so many characters."""
        for name in names:
            value = self.any(name)
            if value is None:
                continue
            text = scalar_text(value)
            if text is None:
                raise BadPayload(self.pointer(name), "must be a string")
            if text.strip():
                return short(text, limit) if limit else text.strip()
        return ""

    def scalars(self) -> dict[str, str]:
        """All texts, numbers and flags, by the names as they came."""
        texts = {name: (scalar_text(value) or "").strip() for name, value in self._raw.items()}
        return {name: text for name, text in texts.items() if text}

    def needed(self, *names: str, said: str = "") -> str:
        """The same; raises BadPayload where none is there. `said` is how the first of them is usually written."""
        if found := self.text(*names):
            return found
        if self.has(names[0]):
            raise BadPayload(self.pointer(names[0]), "must not be empty")
        raise BadPayload(f"{self._pointer}/{said or names[0]}", "is required")

    def time(self, *names: str) -> datetime | None:
        for name in names:
            try:
                if time := time_of(self.any(name)):
                    return time
            except ValueError as wrong:
                raise BadPayload(self.pointer(name), str(wrong)) from None
        return None

    def mapping(self, name: str) -> Mapping[str, Any]:
        value = self._opened(name)
        return value if isinstance(value, dict) else {}

    def items(self, name: str) -> list[Any]:
        value = self._opened(name)
        return value if isinstance(value, list) else []

    def words(self, name: str) -> tuple[str, ...]:
        """A list of words, also one that is parted by commas; each once."""
        value = self._opened(name)
        if isinstance(value, str):
            value = value.split(",")
        if not isinstance(value, list):
            return ()
        texts = (short(scalar_text(item) or "", 200) for item in value)
        return tuple(dict.fromkeys(text for text in texts if text.lower() not in _NOTHING))

    def inside(self, name: str) -> "Fields":
        """The fields of an object in this one, of nothing where it is not there."""
        return Fields(self.mapping(name), self.pointer(name), self._notes)

    def _opened(self, name: str) -> Any:  # noqa: ANN401 - any JSON value
        value = self.any(name)
        if not isinstance(value, str) or value.strip().lower() in _NOTHING:
            return None if isinstance(value, str) else value
        if value.lstrip()[:1] not in ("[", "{"):
            return value
        try:
            return read_json(value.encode())
        except BadPayload as bad:
            self._notes.append(Note(self.pointer(name), f"{bad.why}, and was left out"))
            return None
