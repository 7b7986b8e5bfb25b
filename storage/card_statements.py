"""The statements of the cards, made once.

Times are the caller's. A claim on PostgreSQL locks the conversation, so that two replicas never work in the same one.
"""

from typing import Any

from sqlalchemy import (
    Case,
    ColumnElement,
    Float,
    Select,
    Text,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    true,
    update,
)

from storage.conversations import COLUMNS
from storage.escalation_tables import page_alerts
from storage.reminder_tables import reminders
from storage.statements import LIMIT, Twin, twin
from storage.tables import PENDING, cards, conversations, folds
from storage.types import Utc, database_time

FIELDS = (
    cards.c.id,
    cards.c.subject,
    cards.c.subject_id,
    cards.c.wanted_revision,
    cards.c.shown_revision,
    cards.c.activity_id,
    cards.c.thread,
    cards.c.origin,
    cards.c.attempt,
    cards.c.ambiguous,
)
_NOW = bindparam("now_", type_=Utc())
_OWNER = bindparam("owner_", type_=Text())
_LEASE_NOW = database_time(literal(0.0))
_LEASE_END = database_time(bindparam("seconds_", type_=Float()))


def _sooner(at: ColumnElement[Any]) -> Case[Any]:
    """Due at once, and no later than it was if it was pending: so those that wait longest stay first."""
    return case((and_(cards.c.state == "pending", cards.c.due_at < at), cards.c.due_at), else_=at)


def _greater(one: ColumnElement[Any], other: ColumnElement[Any]) -> Case[Any]:
    return case((one < other, other), else_=one)


def _afresh() -> Case[Any]:
    return case((cards.c.state == "set aside", 0), else_=cards.c.attempt)


def _want(insert: Any) -> Any:  # noqa: ANN401 - each dialect has its own type of insert
    new = insert(cards)
    return new.on_conflict_do_update(
        index_elements=["subject", "subject_id", "conversation", "origin"],
        set_={
            "priority": case((cards.c.activity_id.is_(None), new.excluded.priority), else_=cards.c.priority),
            "due_at": case((cards.c.activity_id.is_(None), _sooner(new.excluded.due_at)), else_=cards.c.due_at),
            "attempt": _afresh(),
            "state": case((cards.c.activity_id.is_(None), "pending"), else_=cards.c.state),
            "why": null(),
        },
    ).returning(cards.c.id)


WANT = twin(_want)

_REVISION = bindparam("revision_", type_=cards.c.wanted_revision.type)
_AGAIN = {"due_at": _sooner(_NOW), "attempt": _afresh(), "state": "pending", "why": null()}
RAISE = (
    update(cards)
    .where(
        or_(
            and_(cards.c.subject == bindparam("subject_"), cards.c.subject_id == bindparam("subject_id_")),
            # A digest and the like are never folded; the number of an alert is that of nothing else here.
            and_(
                bindparam("subject_") == "alert",
                cards.c.id.in_(select(folds.c.card).where(folds.c.alert == bindparam("subject_id_"))),
            ),
            and_(
                bindparam("subject_") == "alert",
                cards.c.subject == literal_column("'reminder'"),
                cards.c.subject_id.in_(select(reminders.c.id).where(reminders.c.alert == bindparam("subject_id_"))),
            ),
            and_(
                bindparam("subject_") == "alert",
                cards.c.subject == literal_column("'page'"),
                cards.c.subject_id.in_(
                    select(page_alerts.c.page).where(page_alerts.c.alert == bindparam("subject_id_"))
                ),
            ),
        )
    )
    .values(wanted_revision=cards.c.wanted_revision + 1, **_AGAIN)
)
DUE_NOW = update(cards).where(cards.c.state == "pending", cards.c.due_at > _NOW).values(due_at=_NOW)
#: Written out, so that SQLite sees that the partial index serves.
_ASIDE = cards.c.state == literal_column("'set aside'")
TRY_AGAIN = update(cards).where(_ASIDE).values(**_AGAIN)
TRY_AGAIN_IN = TRY_AGAIN.where(cards.c.conversation == bindparam("conversation_"))


def _in_flight(conversation: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a card of the conversation has a live lease."""
    other = cards.alias("other")
    return exists(select(other.c.id).where(other.c.conversation == conversation, other.c.lease_until > _LEASE_NOW))


def _candidates() -> Twin:
    """For each conversation where nothing is in flight, its most urgent card: one look at an index for each."""
    best = cards.alias("best")
    first = (
        select(best.c.id)
        .where(
            best.c.conversation == conversations.c.id,
            best.c.state == literal_column("'pending'"),
            best.c.due_at <= _NOW,
        )
        .order_by(best.c.priority, best.c.due_at, best.c.id)
        .limit(1)
        .correlate(conversations)
        .scalar_subquery()
    )
    found: Select[Any] = (
        select(cards.c.id.label("card"), *COLUMNS)
        .select_from(conversations)
        .join(cards, cards.c.id == first)
        .where(
            conversations.c.gone == false(),
            or_(conversations.c.free_at.is_(None), conversations.c.free_at <= _NOW),
            conversations.c.id.not_in(bindparam("skip_", expanding=True)),
            ~_in_flight(conversations.c.id),
        )
        .order_by(cards.c.priority, cards.c.due_at, cards.c.id)
        .limit(LIMIT)
    )
    return Twin(found, found.with_for_update(of=conversations, key_share=True, skip_locked=True))


CANDIDATES = _candidates()

#: Asks again whether the conversation is free: on PostgreSQL another replica may have finished its claim between our
#: first look and our lock.
TAKE = (
    update(cards)
    .where(
        cards.c.id.in_(bindparam("ids_", expanding=True)),
        PENDING,
        cards.c.due_at <= _NOW,
        ~_in_flight(cards.c.conversation),
    )
    .values(
        owner=_OWNER,
        lease_until=_LEASE_END,
        claimed_at=_NOW,
        attempt=cards.c.attempt + 1,
        # Somebody had it and never came back: a post of theirs may have arrived.
        ambiguous=or_(cards.c.ambiguous, and_(cards.c.owner.is_not(None), cards.c.activity_id.is_(None))),
    )
    .returning(*FIELDS)
)

_FENCED = update(cards).where(
    cards.c.id == bindparam("id_"), cards.c.owner == _OWNER, cards.c.attempt == bindparam("attempt_")
)
_FREE = {"owner": null(), "lease_until": null()}
_ACTIVITY = func.coalesce(bindparam("activity_", type_=Text()), cards.c.activity_id)
SHOWN = _FENCED.values(
    **_FREE,
    shown_revision=_REVISION,
    activity_id=_ACTIVITY,
    state=case((or_(cards.c.wanted_revision > _REVISION, _ACTIVITY.is_(None)), "pending"), else_="shown"),
    attempt=0,
    why=null(),
    posted_at=func.coalesce(cards.c.posted_at, cards.c.claimed_at),
)
DELAY = _FENCED.values(**_FREE)
WITHHOLD = _FENCED.values(
    **_FREE,
    shown_revision=_REVISION,
    state=case((cards.c.wanted_revision > _REVISION, "pending"), else_="shown"),
    attempt=0,
    why=null(),
)
SET_ASIDE = _FENCED.values(
    **_FREE,
    state=case((cards.c.wanted_revision > bindparam("seen_"), "pending"), else_="set aside"),
)
FORGET = _FENCED.values(
    **_FREE,
    activity_id=null(),
    shown_revision=0,
    posted_at=null(),
    # Nothing was posted, so it is the thread that is gone.
    thread=case((cards.c.activity_id.is_(None), null()), else_=cards.c.thread),
)
RENEW = (
    update(cards)
    .where(cards.c.id.in_(bindparam("ids_", expanding=True)), cards.c.owner == _OWNER, cards.c.lease_until.is_not(None))
    .values(lease_until=_LEASE_END)
)
RELEASE = update(cards).where(cards.c.owner == _OWNER, cards.c.lease_until.is_not(None)).values(**_FREE)
#: Whoever had these is gone without a word: the owner stays, so that the next claim knows.
RELEASE_ALL = update(cards).where(cards.c.lease_until.is_not(None)).values(lease_until=null())


def _next_due() -> Select[Any]:
    """Over conversations where nothing is in flight: the first card that waits, not before the conversation is free."""
    due = (
        select(func.min(cards.c.due_at))
        .where(cards.c.conversation == conversations.c.id, PENDING)
        .correlate(conversations)
        .scalar_subquery()
    )
    waiting = (
        select(due.label("due"), conversations.c.free_at)
        .where(conversations.c.gone == false(), ~_in_flight(conversations.c.id))
        .subquery()
    )
    return select(func.min(_greater(waiting.c.due, func.coalesce(waiting.c.free_at, waiting.c.due))))


NEXT_DUE = _next_due()
OF_ACTIVITY = (
    select(*FIELDS, *COLUMNS)
    .join(conversations, conversations.c.id == cards.c.conversation)
    .where(cards.c.conversation == bindparam("conversation_"), cards.c.activity_id == bindparam("activity_"))
    .limit(1)
)
HAS = select(cards.c.id).where(
    cards.c.subject == bindparam("subject_"),
    cards.c.subject_id == bindparam("subject_id_"),
    cards.c.conversation == bindparam("conversation_"),
)
NOTICED = HAS.where(
    cards.c.origin.like(bindparam("origin_")), cards.c.created_at > bindparam("since_", type_=Utc())
).limit(1)
REFUSED = (
    select(*FIELDS, cards.c.why, *COLUMNS)
    .join(conversations, conversations.c.id == cards.c.conversation)
    .where(_ASIDE)
    .order_by(cards.c.id.desc())
    .limit(LIMIT)
)
WANTED = select(cards.c.wanted_revision).where(cards.c.id == bindparam("id_"))


def _counts() -> Select[Any]:
    """In the order of DeliveryCounts. What waits for a conversation that is gone waits for nothing of ours."""
    there = cards.join(conversations, and_(conversations.c.id == cards.c.conversation, conversations.c.gone == false()))
    pending = select(func.count(), func.min(cards.c.due_at)).select_from(there).where(PENDING).subquery()
    aside = select(func.count()).select_from(there).where(_ASIDE)
    # Written out for the partial index, as above.
    ambiguous = select(func.count()).select_from(cards).where(literal_column("cards.ambiguous"))
    gone = (
        select(func.count())
        .select_from(conversations)
        .where(conversations.c.gone == true(), conversations.c.subscribed_at.is_not(None))
    )
    counted = (query.scalar_subquery() for query in (aside, ambiguous, gone))
    return select(pending, *counted)


COUNTS = _counts()
