"""An alert with its evidence as conditions see it: texts without case, each read once however many conditions ask."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.alerts.alert import Alert
from bot.alerts.condition import ANY_KIND, Field
from bot.alerts.condition_fields import FIELDS
from bot.alerts.condition_values import fold, text_at, texts_at
from bot.alerts.condition_vocabulary import NAMES
from bot.alerts.due import due_at
from bot.alerts.evidence import ASSET_KINDS, Evidence
from bot.alerts.people import Person

Texts = tuple[str, ...]


class PieceFacts:
    """One piece of evidence."""

    __slots__ = ("_texts", "piece")

    def __init__(self, piece: Evidence) -> None:
        self.piece = piece
        self._texts: dict[Field, Texts] = {}

    def texts(self, field: Field) -> Texts:
        """The values of a field about evidence, without case and empty ones; none where the kind is another."""
        found = self._texts.get(field)
        if found is None:
            found = self._texts[field] = _entity(self.piece) if field.name == "entity" else _folded(self._raw(field))
        return found

    def _raw(self, field: Field) -> Iterable[str]:
        if field.name != "evidence":
            return _PIECE_TEXTS[field.name](self.piece)
        kind, *path = field.path or (ANY_KIND,)
        if kind != ANY_KIND and fold(kind) != fold(self.piece.kind):
            return ()
        if path:
            return texts_at(self.piece.properties, tuple(map(fold, path)))
        return _names(self.piece, kind)


class Facts:
    """An alert. `people` has the assignee, if we have met them; `me` is the one who asks, by Entra object id."""

    __slots__ = ("_texts", "alert", "me", "people", "pieces")

    def __init__(
        self,
        alert: Alert,
        evidence: Iterable[Evidence] = (),
        *,
        people: Mapping[str, Person] | None = None,
        me: str | None = None,
    ) -> None:
        self.alert = alert
        self.pieces: Sequence[PieceFacts] = tuple(map(PieceFacts, evidence))
        self.people = people or {}
        self.me = me
        self._texts: dict[Field, Texts] = {}

    def texts(self, field: Field) -> Texts:
        """The values of a field whose values are texts, without case and empty ones."""
        found = self._texts.get(field)
        if found is None:
            found = self._texts[field] = self._read(field)
        return found

    def moment(self, attribute: str) -> datetime | None:
        if attribute == "due_at":
            return due_at(self.alert)
        value: datetime | None = getattr(self.alert, attribute)
        return value

    def _read(self, field: Field) -> Texts:
        spec = FIELDS[field.name]
        if spec.of_evidence:
            return tuple(dict.fromkeys(text for piece in self.pieces for text in piece.texts(field)))
        match field.name:
            case "label":
                name = fold(field.path[0])
                return _folded(text for key, text in self.alert.labels.items() if fold(key) == name)
            case "words":
                return _folded((self.alert.title, self.alert.description, *self._assets()))
            case "assignee":
                return _folded(self._assignee())
            case _:
                return _folded(_alert_texts(self.alert, spec.attributes))

    def _assets(self) -> Iterable[str]:
        return (facts.piece.label for facts in self.pieces if facts.piece.kind in ASSET_KINDS)

    def _assignee(self) -> Iterable[str]:
        who = self.alert.assignee
        if who is None:
            return ()
        person = self.people.get(who)
        return (who, person.name, person.user_principal_name) if person else (who,)


_PIECE_TEXTS: Mapping[str, Callable[[Evidence], Iterable[str]]] = {
    "kind": lambda piece: (piece.kind,),
    "role": lambda piece: piece.roles,
    "verdict": lambda piece: (piece.verdict,),
    "remediation": lambda piece: (piece.remediation,),
    "evidencetag": lambda piece: piece.tags,
}


def _entity(piece: Evidence) -> Texts:
    """As it is: entities have no case."""
    return (piece.entity,) if piece.entity else ()


def _names(piece: Evidence, kind: str) -> Iterable[str]:
    """What a piece goes by: its label, its entity without the kind, and the names of its kind."""
    yield piece.label
    yield piece.entity[piece.entity.find(":") + 1 :]
    for known, paths in NAMES.items():
        if kind in {ANY_KIND, known}:
            for path in paths:
                yield text_at(piece.properties, path)


def _alert_texts(alert: Alert, attributes: Iterable[str]) -> Iterable[str]:
    for attribute in attributes:
        value: Any = getattr(alert, attribute)
        if isinstance(value, tuple):
            yield from value
        elif value is not None:
            yield str(value)


def _folded(texts: Iterable[str]) -> Texts:
    return tuple(dict.fromkeys(fold(text) for text in texts if text))
