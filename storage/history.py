"""The history and its comments."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    Text,
    and_,
    bindparam,
    func,
    insert,
    literal_column,
    or_,
    select,
    true,
    update,
)

from bot.alerts.history import Change, Entry, Kind
from bot.alerts.people import Actor, ActorKind, Way
from bot.alerts.views import Comment
from storage.among import IsAmong, among
from storage.bulk import Bulk
from storage.statements import LIMIT
from storage.tables import comments, history
from storage.telling import Journal

#: Adds entries, as rows made by `row_of`.
ENTRIES = Bulk(history)

_ADD_COMMENT = insert(comments)
_OF_ALERT = history.c.alert == bindparam("alert_")
_ALL = select(
    history.c.alert,
    history.c.revision,
    history.c.at,
    history.c.actor_kind,
    history.c.actor_id,
    history.c.actor_name,
    history.c.way,
    history.c.kind,
    history.c.changes,
    history.c.undoes,
    history.c.withdraws,
    history.c.batch,
    comments.c.text,
    comments.c.withdrawn,
).select_from(
    history.outerjoin(comments, and_(comments.c.alert == history.c.alert, comments.c.revision == history.c.revision))
)
_ENTRIES = _ALL.where(_OF_ALERT)
_NEWEST = _ENTRIES.order_by(history.c.revision.desc()).limit(LIMIT)
_ENTRY = _ENTRIES.where(history.c.revision == bindparam("revision_"))
_SINCE = _ENTRIES.where(history.c.revision > bindparam("revision_")).order_by(history.c.revision)
_OF = among(
    lambda is_among: _ALL.where(is_among(history.c.alert, "alerts_")).order_by(history.c.alert, history.c.revision)
)
_OVERRULED = among(
    lambda is_among: (
        select(history.c.alert)
        .where(is_among(history.c.alert, "alerts_"), history.c.kind == Kind.OVERRULED.value)
        .distinct()
    )
)
_BY = or_(
    history.c.actor_id == bindparam("actor_"),
    history.c.actor_kind == ActorKind.RULE.value,
    history.c.kind == Kind.OVERRULED.value,
)
_LAST_BY = _ENTRIES.where(_BY).order_by(history.c.revision.desc()).limit(1)
#: Written out, so that both databases see that the partial index serves.
_BY_PERSON = history.c.actor_kind == literal_column(f"'{ActorKind.PERSON.value}'", Text())
_LAST_OF = (
    _ALL.where(_BY_PERSON, history.c.actor_id == bindparam("actor_"))
    .order_by(history.c.at.desc(), history.c.alert.desc(), history.c.revision.desc())
    .limit(1)
)
_REST = _ALL.where(history.c.batch == bindparam("batch_")).order_by(history.c.alert, history.c.revision)
_SIZES = among(
    lambda is_among: (
        select(history.c.batch, func.count())
        .where(history.c.batch.is_not(None), is_among(history.c.batch, "batches_"))
        .group_by(history.c.batch)
    )
)
_WITHDRAW = update(comments).where(
    comments.c.alert == bindparam("alert_"), comments.c.revision == bindparam("revision_")
)
_COLUMNS = (comments.c.revision, comments.c.author, comments.c.text, comments.c.at, comments.c.withdrawn)
_COMMENTS = (
    select(*_COLUMNS).where(comments.c.alert == bindparam("alert_")).order_by(comments.c.revision.desc()).limit(LIMIT)
)


def _last_comments(is_among: IsAmong) -> Select[Any]:
    newest = (
        select(comments.c.alert, func.max(comments.c.revision).label("revision"))
        .where(is_among(comments.c.alert, "alerts_"), comments.c.withdrawn != true())
        .group_by(comments.c.alert)
        .subquery()
    )
    return select(comments.c.alert, *_COLUMNS).join(
        newest, and_(comments.c.alert == newest.c.alert, comments.c.revision == newest.c.revision)
    )


_LAST_COMMENTS = among(_last_comments)


def row_of(entry: Entry) -> Sequence[Any]:
    who, changes = entry.actor, [(change.field, change.old, change.new) for change in entry.changes]
    return (
        *(entry.alert, entry.revision, entry.at, who.kind.value, who.id, who.name, entry.way.value, entry.kind.value),
        *(changes, entry.undoes, entry.withdraws, entry.batch or None),
    )


class History:
    def __init__(self, connection: Connection, journal: Journal) -> None:
        self._on = connection
        self._journal = journal

    def add(self, entry: Entry) -> None:
        ENTRIES.add(self._on, [row_of(entry)])
        self._journal.added(entry)
        if entry.comment:
            comment = {
                "alert": entry.alert,
                "revision": entry.revision,
                "author": entry.actor.name,
                "text": entry.comment,
                "at": entry.at,
                "withdrawn": entry.withdrawn,
            }
            self._on.execute(_ADD_COMMENT, comment)

    def entries(self, alert: int, *, limit: int) -> tuple[Entry, ...]:
        return tuple(map(_entry, self._on.execute(_NEWEST, {"alert_": alert, "limit_": limit})))

    def entry(self, alert: int, revision: int) -> Entry | None:
        row = self._on.execute(_ENTRY, {"alert_": alert, "revision_": revision}).first()
        return _entry(row) if row is not None else None

    def since(self, alert: int, revision: int) -> tuple[Entry, ...]:
        return tuple(map(_entry, self._on.execute(_SINCE, {"alert_": alert, "revision_": revision})))

    def of(self, alerts: Collection[int]) -> Mapping[int, Sequence[Entry]]:
        found: dict[int, list[Entry]] = {}
        for entry in map(_entry, self._on.execute(_OF.on(self._on), {"alerts_": list(alerts)})):
            found.setdefault(entry.alert, []).append(entry)
        return found

    def overruled(self, alerts: Collection[int]) -> frozenset[int]:
        return frozenset(self._on.execute(_OVERRULED.on(self._on), {"alerts_": list(alerts)}).scalars())

    def last_by(self, alert: int, actor: str) -> Entry | None:
        row = self._on.execute(_LAST_BY, {"alert_": alert, "actor_": actor}).first()
        return _entry(row) if row is not None else None

    def last_of(self, person: str) -> Entry | None:
        row = self._on.execute(_LAST_OF, {"actor_": person}).first()
        return _entry(row) if row is not None else None

    def action(self, name: str) -> tuple[Entry, ...]:
        first = self.entry(*_first_of(name))
        # What is no name of an action finds nothing: the name of an entry that is not the first of its action.
        if first is None or first.action != name:
            return ()
        return (first, *map(_entry, self._on.execute(_REST, {"batch_": name})))

    def batch_sizes(self, actions: Iterable[str]) -> Mapping[str, int]:
        names = sorted(set(actions))
        if not names:
            return {}
        rows = self._on.execute(_SIZES.on(self._on), {"batches_": names})
        return {name: others + 1 for name, others in rows}

    def withdraw(self, alert: int, revision: int, *, withdrawn: bool) -> None:
        self._on.execute(_WITHDRAW, {"alert_": alert, "revision_": revision, "withdrawn": withdrawn})

    def comments(self, alert: int, *, limit: int) -> tuple[Comment, ...]:
        rows = self._on.execute(_COMMENTS, {"alert_": alert, "limit_": limit})
        return tuple(Comment(*row) for row in rows)

    def last_comments(self, alerts: Iterable[int]) -> Mapping[int, Comment]:
        numbers = list(alerts)
        if not numbers:
            return {}
        rows = self._on.execute(_LAST_COMMENTS.on(self._on), {"alerts_": numbers})
        return {alert: Comment(*rest) for alert, *rest in rows}


def _first_of(action: str) -> tuple[int, int]:
    alert, _, revision = action.partition("/")
    return int(alert), int(revision)


def _entry(row: Sequence[Any]) -> Entry:
    alert, revision, at, actor_kind, actor, name, way, kind, changes, undoes, withdraws, batch, comment, withdrawn = row
    return Entry(
        alert=alert,
        revision=revision,
        at=at,
        actor=Actor(ActorKind(actor_kind), actor, name),
        way=Way(way),
        kind=Kind(kind),
        changes=tuple(Change(*change) for change in changes),
        comment=comment or "",
        withdrawn=bool(withdrawn),
        undoes=undoes,
        withdraws=withdraws,
        batch=batch or "",
    )
