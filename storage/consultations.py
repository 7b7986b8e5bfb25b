"""Questions to experts with their answers, and where they go."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, case, func, insert, or_, select, true

from bot.alerts.conversation import Conversation
from bot.alerts.messages import ConversationKind
from bot.alerts.views import Comment, Consultation
from storage.among import IsAmong, among
from storage.consult_tables import answers, consultations, experts
from storage.conversations import COLUMNS, conversation_of
from storage.statements import twin
from storage.tables import comments, conversations, people

#: The one row of `experts`.
_ONE = 1

#: Where it was asked.
_HOME = conversations.alias("home")
_AT_HOME = tuple(_HOME.c[column.name] for column in COLUMNS)

_COMMENT = (comments.c.revision, comments.c.author, comments.c.text, comments.c.at, comments.c.withdrawn)
_QUESTIONS = (
    select(
        consultations.c.id,
        consultations.c.alert,
        consultations.c.asker,
        consultations.c.thread,
        func.coalesce(people.c.name, "").label("expert"),
        *_COMMENT,
        *COLUMNS,
        *(column.label(f"home_{column.name}") for column in _AT_HOME),
    )
    .join(
        comments,
        and_(comments.c.alert == consultations.c.alert, comments.c.revision == consultations.c.revision),
    )
    .join(conversations, conversations.c.id == consultations.c.experts)
    .outerjoin(people, people.c.object_id == conversations.c.person)
    .join(_HOME, _HOME.c.id == consultations.c.asked_in)
    .order_by(consultations.c.id)
)
_OWN = 5
_ASK = insert(consultations).returning(consultations.c.id)
_ANSWER = insert(answers)
_GET = _QUESTIONS.where(consultations.c.id == bindparam("id_"))
_MANY = among(lambda is_among: _QUESTIONS.where(is_among(consultations.c.alert, "alerts_")))


def _answers(is_among: IsAmong) -> Select[Any]:
    return (
        select(answers.c.consultation, *_COMMENT)
        .join(comments, and_(comments.c.alert == answers.c.alert, comments.c.revision == answers.c.revision))
        .where(is_among(answers.c.consultation, "ids_"), comments.c.withdrawn != true())
        .order_by(answers.c.revision)
    )


_ANSWERS = among(_answers)

_CHOSEN = select(experts.c.named, experts.c.conversation).where(experts.c.id == _ONE)
_BY_ID = select(*COLUMNS).where(conversations.c.id == bindparam("id_"))
_BY_NAME = (
    select(*COLUMNS)
    .where(
        or_(
            conversations.c.teams_id == bindparam("named_"),
            and_(
                conversations.c.person == bindparam("named_"), conversations.c.kind == ConversationKind.PERSONAL.value
            ),
        )
    )
    .order_by(case((conversations.c.gone == true(), 1), else_=0), conversations.c.id.desc())
    .limit(1)
)


def _set(column: str) -> Any:  # noqa: ANN401 - a statement for each database
    def build(insert: Any) -> Any:  # noqa: ANN401 - each dialect has its own type of insert
        new = insert(experts)
        news = {"named": new.excluded.named} if column == "named" else {}
        news |= {name: new.excluded[name] for name in ("conversation", "chosen_at") if column == "conversation"}
        return new.on_conflict_do_update(index_elements=["id"], set_=news)

    return twin(build)


_NAME, _CHOOSE = _set("named"), _set("conversation")


class Consultations:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def ask(
        self, alert: int, revision: int, *, asker: str, experts: int, asked_in: int, thread: str | None, at: datetime
    ) -> int:
        values = {
            "alert": alert,
            "revision": revision,
            "asker": asker,
            "experts": experts,
            "asked_in": asked_in,
            "thread": thread,
            "asked_at": at,
        }
        made: int = self._on.execute(_ASK, values).scalar_one()
        return made

    def answer(self, consultation: int, alert: int, revision: int) -> None:
        self._on.execute(_ANSWER, {"consultation": consultation, "alert": alert, "revision": revision})

    def get(self, consultation: int) -> Consultation | None:
        found = self._with_answers(self._on.execute(_GET, {"id_": consultation}).all())
        return found[0] if found else None

    def many(self, alerts: Iterable[int]) -> Mapping[int, Sequence[Consultation]]:
        wanted = sorted(set(alerts))
        found: dict[int, list[Consultation]] = {}
        if wanted:
            for one in self._with_answers(self._on.execute(_MANY.on(self._on), {"alerts_": wanted}).all()):
                found.setdefault(one.alert, []).append(one)
        return found

    def _with_answers(self, rows: Sequence[Any]) -> list[Consultation]:
        if not rows:
            return []
        given: dict[int, list[Comment]] = {}
        for consultation, *said in self._on.execute(_ANSWERS.on(self._on), {"ids_": [row.id for row in rows]}):
            given.setdefault(consultation, []).append(Comment(*said))
        return [_consultation(row, tuple(given.get(row.id, ()))) for row in rows]


class Experts:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def place(self) -> Conversation | None:
        row = self._on.execute(_CHOSEN).first()
        if row is None:
            return None
        if row.conversation is not None:
            found = self._on.execute(_BY_ID, {"id_": row.conversation}).first()
        else:
            found = self._on.execute(_BY_NAME, {"named_": row.named}).first() if row.named else None
        return conversation_of(found) if found is not None else None

    def named(self) -> str:
        return self._on.execute(_CHOSEN.with_only_columns(experts.c.named)).scalar() or ""

    def name(self, named: str) -> None:
        if named != self.named():
            values = {"id": _ONE, "named": named, "conversation": None, "chosen_at": None}
            self._on.execute(_NAME.on(self._on), values)

    def choose(self, conversation: int | None, at: datetime) -> None:
        values = {"id": _ONE, "named": "", "conversation": conversation, "chosen_at": at}
        self._on.execute(_CHOOSE.on(self._on), values)


def _consultation(row: Any, given: tuple[Comment, ...]) -> Consultation:  # noqa: ANN401 - a row of _QUESTIONS
    number, alert, asker, thread, expert = row[:_OWN]
    said = _OWN + len(_COMMENT)
    home = said + len(COLUMNS)
    return Consultation(
        id=number,
        alert=alert,
        asker=asker,
        asked_in=conversation_of(row[home:]),
        thread=thread,
        expert=expert,
        question=Comment(*row[_OWN:said]),
        experts=conversation_of(row[said:home]),
        answers=given,
    )
