"""Conversations and who is in them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, false, insert, select, true, update

from bot.alerts.conversation import Conversation, Roster
from bot.alerts.errors import Busy
from bot.alerts.messages import ConversationKind
from storage.statements import twin
from storage.tables import conversations, roster

#: The columns of a Conversation, in its order.
COLUMNS = (
    conversations.c.id,
    conversations.c.teams_id,
    conversations.c.kind,
    conversations.c.service_url,
    conversations.c.tenant_id,
    conversations.c.name,
    conversations.c.team_id,
    conversations.c.team_name,
    conversations.c.person,
    conversations.c.subscribed_at,
    conversations.c.gone,
)
_NAMES = tuple(column.name for column in COLUMNS)
_FIND = select(*COLUMNS).where(conversations.c.teams_id == bindparam("teams_id_"))
_MEET = twin(
    lambda insert: (
        insert(conversations).on_conflict_do_nothing(index_elements=["teams_id"]).returning(conversations.c.id)
    )
)
_CHANGE = update(conversations).where(conversations.c.id == bindparam("id_"))
_SUBSCRIBED = (
    select(*COLUMNS)
    .where(conversations.c.subscribed_at.is_not(None), conversations.c.gone == false())
    .order_by(conversations.c.id)
)
_ALL = select(*COLUMNS).order_by(conversations.c.id)
_OF_TEAM = select(*COLUMNS).where(conversations.c.team_id == bindparam("team_id_")).order_by(conversations.c.id)
_PERSONAL = (
    select(*COLUMNS)
    .where(
        conversations.c.person == bindparam("person_"),
        conversations.c.kind == ConversationKind.PERSONAL.value,
        conversations.c.gone == false(),
    )
    .order_by(conversations.c.id.desc())
    .limit(1)
)
_READ_AT = select(conversations.c.roster_read_at).where(conversations.c.id == bindparam("id_"))
_PEOPLE = select(roster.c.person).where(roster.c.conversation == bindparam("id_"))
_JOIN = insert(roster)
_LEAVE = delete(roster).where(roster.c.conversation == bindparam("id_"), roster.c.person == bindparam("person_"))
_SHARES_EVER = (
    select(*COLUMNS)
    .join(roster, roster.c.conversation == conversations.c.id)
    .where(
        roster.c.person == bindparam("person_"),
        conversations.c.kind == ConversationKind.CHANNEL.value,
        conversations.c.subscribed_at.is_not(None),
    )
    .order_by(conversations.c.id)
)
_SHARES = _SHARES_EVER.where(conversations.c.gone == false())
_SHARED = _SHARES_EVER.where(conversations.c.gone == true())


def conversation_of(values: Iterable[Any]) -> Conversation:
    """From values in the order of COLUMNS."""
    fields = dict(zip(_NAMES, values, strict=True))
    fields["kind"] = ConversationKind(fields["kind"])
    return Conversation(**fields)


class Conversations:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def find(self, teams_id: str) -> Conversation | None:
        row = self._on.execute(_FIND, {"teams_id_": teams_id}).first()
        return conversation_of(row) if row is not None else None

    def meet(
        self,
        *,
        teams_id: str,
        kind: ConversationKind,
        service_url: str,
        tenant_id: str,
        name: str = "",
        team_id: str = "",
        team_name: str = "",
        person: str | None = None,
    ) -> Conversation:
        said: dict[str, Any] = {
            "kind": kind.value,
            "service_url": service_url,
            "tenant_id": tenant_id,
            "name": name,
            "team_id": team_id,
            "team_name": team_name,
            "person": person,
        }
        row = self._on.execute(_FIND, {"teams_id_": teams_id}).first()
        if row is None:
            blank = {"teams_id": teams_id, "gone": False, "subscribed_at": None, "roster_read_at": None}
            made = self._on.execute(_MEET.on(self._on), said | blank).scalar()
            if made is None:
                raise Busy("the same conversation was met at the same time")
            return conversation_of([made, *((said | blank)[name] for name in _NAMES[1:])])
        known = row._asdict()
        # Empty fields say nothing: Teams does not always send names.
        news = {name: value for name, value in said.items() if value and value != known[name]}
        if known["gone"]:
            news["gone"] = False
        if news:
            self._on.execute(_CHANGE, news | {"id_": known["id"]})
        return conversation_of((known | news).values())

    def subscribe(self, conversation: int, *, at: datetime | None) -> None:
        self._on.execute(_CHANGE, {"id_": conversation, "subscribed_at": at})

    def mark_gone(self, conversation: int) -> None:
        self._on.execute(_CHANGE, {"id_": conversation, "gone": True})

    def of_team(self, team_id: str) -> list[Conversation]:
        return [conversation_of(row) for row in self._on.execute(_OF_TEAM, {"team_id_": team_id})]

    def all(self) -> list[Conversation]:
        return [conversation_of(row) for row in self._on.execute(_ALL)]

    def subscribed(self) -> list[Conversation]:
        return [conversation_of(row) for row in self._on.execute(_SUBSCRIBED)]

    def personal(self, person: str) -> Conversation | None:
        row = self._on.execute(_PERSONAL, {"person_": person}).first()
        return conversation_of(row) if row is not None else None

    def roster(self, conversation: int) -> Roster:
        read_at = self._on.execute(_READ_AT, {"id_": conversation}).scalar()
        return Roster(self._people(conversation), read_at)

    def keep_roster(self, conversation: int, people: Iterable[str], at: datetime) -> None:
        wanted = frozenset(people)
        known = self._people(conversation)
        if gone := known - wanted:
            self._on.execute(_LEAVE, [{"id_": conversation, "person_": person} for person in sorted(gone)])
        if new := wanted - known:
            self._on.execute(_JOIN, [{"conversation": conversation, "person": person} for person in sorted(new)])
        self._on.execute(_CHANGE, {"id_": conversation, "roster_read_at": at})

    def subscribed_with(self, person: str) -> list[Conversation]:
        return [conversation_of(row) for row in self._on.execute(_SHARES, {"person_": person})]

    def away_with(self, person: str) -> list[Conversation]:
        return [conversation_of(row) for row in self._on.execute(_SHARED, {"person_": person})]

    def _people(self, conversation: int) -> frozenset[str]:
        return frozenset(self._on.execute(_PEOPLE, {"id_": conversation}).scalars())
