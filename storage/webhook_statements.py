"""The statements about webhooks and their events.

A worker that looks for work locks the webhook's row, so that among replicas one at a time numbers its events and takes
some. On PostgreSQL that lock lets others add events meanwhile.
"""

from sqlalchemy import (
    Float,
    Integer,
    Text,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    literal_column,
    null,
    or_,
    select,
    text,
    update,
)

from storage.statements import LIMIT, Twin
from storage.types import Utc, database_time
from storage.webhook_tables import PENDING, webhook_events, webhooks

_hook, _event = webhooks.c, webhook_events.c
_NOW = bindparam("now_", type_=Utc())
_ID = bindparam("id_", type_=_event.id.type)
_WEBHOOK = bindparam("webhook_", type_=_hook.id.type)
_OWNER = bindparam("owner_", type_=Text())
#: Leases run by the database's own clock, because processes have clocks of their own.
_LEASE_NOW = database_time(literal(0.0))
_LEASE_END = database_time(bindparam("seconds_", type_=Float()))

COLUMNS = (
    _hook.id,
    _hook.name,
    _hook.url,
    _hook.secret,
    _hook.old_secret,
    _hook.old_until,
    _hook.wants,
    _hook.kinds,
    _hook.state,
    _hook.why,
    _hook.failures,
    _hook.rest_until,
    _hook.created_at,
    _hook.last_sent_at,
)

ADD = insert(webhooks)
FIND = select(*COLUMNS).where(_hook.name == bindparam("name_"))
ALL = select(*COLUMNS).order_by(_hook.name)
#: Those for which events are kept.
LISTENING = select(*COLUMNS).where(_hook.state != "gone").order_by(_hook.id)
REMOVE_EVENTS = delete(webhook_events).where(_event.webhook == _WEBHOOK)
REMOVE = delete(webhooks).where(_hook.id == _WEBHOOK)
SET_STATE = (
    update(webhooks)
    .where(_hook.id == _WEBHOOK)
    .values(state=bindparam("state_"), why=bindparam("why_"), failures=0, rest_until=null())
)
CHANGE_SECRET = (
    update(webhooks)
    .where(_hook.id == _WEBHOOK)
    .values(old_secret=_hook.secret, old_until=bindparam("until_", type_=Utc()), secret=bindparam("secret_"))
)

#: Nothing is ever put off so far: what seems to be was put off before the clock was set back.
_FAR = bindparam("far_", type_=Utc())
_ready = and_(
    _hook.state == "active",
    or_(_hook.rest_until.is_(None), _hook.rest_until <= _NOW, _hook.rest_until > _FAR),
)
_earlier = webhook_events.alias("earlier")
_free = or_(_event.lease_until.is_(None), _event.lease_until <= _LEASE_NOW)
#: Due, in nobody's hands, and nothing before it of the same alert.
_due = and_(
    PENDING,
    _event.due_at <= _NOW,
    _free,
    ~exists(
        select(_earlier.c.id).where(
            _earlier.c.webhook == _event.webhook,
            _earlier.c.alert == _event.alert,
            _earlier.c.id < _event.id,
            _earlier.c.state == literal_column("'pending'"),
        )
    ),
)
#: Receivers first: one that rests is not looked into, however much waits for it.
IS_DUE = select(_hook.id).where(_ready, exists(select(_event.id).where(_event.webhook == _hook.id, _due))).limit(1)

_to_serve = select(*COLUMNS, _hook.last_sequence).where(_ready).order_by(_hook.id)
SERVE = Twin(_to_serve, _to_serve.with_for_update(key_share=True, skip_locked=True))
NEW = (
    select(_event.id)
    .where(_event.webhook == _WEBHOOK, literal_column("webhook_events.sequence").is_(None))
    .order_by(_event.id)
    .limit(LIMIT)
)
NUMBER = (
    update(webhook_events)
    .where(_event.id == _ID)
    .values(sequence=bindparam("sequence_", type_=_event.sequence.type), seen_at=_NOW)
)
NUMBERED = (
    update(webhooks)
    .where(_hook.id == _WEBHOOK)
    .values(last_sequence=bindparam("last_", type_=_hook.last_sequence.type))
)
UNDER_WAY = select(func.count()).where(_event.webhook == _WEBHOOK, _event.lease_until > _LEASE_NOW)
_next = (
    select(_event.id)
    .where(_event.webhook == _WEBHOOK, _event.sequence.is_not(None), _due)
    # What has failed before comes after what has not: one event that cannot be taken holds nobody up.
    .order_by(_event.due_at, _event.id)
    .limit(bindparam("limit_", type_=Integer()))
)
TAKE = (
    update(webhook_events)
    .where(_event.id.in_(_next))
    .values(owner=_OWNER, lease_until=_LEASE_END, attempt=_event.attempt + 1)
    .returning(_event.id, _event.event_id, _event.kind, _event.alert, _event.sequence, _event.told, _event.attempt)
)

_fence = and_(_event.id == _ID, _event.owner == _OWNER, _event.attempt == bindparam("attempt_"))
_FREED = {"owner": null(), "lease_until": null()}
SENT = delete(webhook_events).where(_fence)
WELL = update(webhooks).where(_hook.id == _WEBHOOK).values(failures=0, rest_until=null(), why="", last_sent_at=_NOW)
_UNTIL = bindparam("until_", type_=Utc())
DELAY = update(webhook_events).where(_fence).values(**_FREED, due_at=_UNTIL, why=bindparam("why_"))
REST = (
    update(webhooks)
    .where(_hook.id == _WEBHOOK)
    .values(
        failures=_hook.failures + 1,
        why=bindparam("why_"),
        # Never sooner than another call has found.
        rest_until=case((_hook.rest_until > _UNTIL, _hook.rest_until), else_=_UNTIL),
    )
)
_dead = update(webhook_events).values(**_FREED, state="dead", why=bindparam("why_"))
GIVE_UP = _dead.where(_fence)
_seen_before = _event.seen_at <= bindparam("before_", type_=Utc())
GIVE_UP_OLD = _dead.where(_event.webhook == _WEBHOOK, PENDING, _free, _seen_before)
GIVE_UP_ALL = _dead.where(_event.webhook == _WEBHOOK, PENDING).values(seen_at=func.coalesce(_event.seen_at, _NOW))
_paused = select(_hook.id).where(_hook.state == "paused")
GIVE_UP_PAUSED = _dead.where(_event.webhook.in_(_paused), PENDING, _free, _seen_before)
#: What no worker has looked at, because it is paused, is seen all the same.
SEEN_PAUSED = (
    update(webhook_events).where(_event.webhook.in_(_paused), PENDING, _event.seen_at.is_(None)).values(seen_at=_NOW)
)

NOT_SO_FAR = (
    update(webhook_events)
    .where(_event.webhook.in_(select(_hook.id)), PENDING, _event.due_at > _FAR)
    .values(due_at=_NOW)
)

RELEASE = update(webhook_events).where(_event.owner == _OWNER, _event.lease_until.is_not(None)).values(**_FREED)
RELEASE_ALL = update(webhook_events).where(_event.lease_until.is_not(None)).values(**_FREED)

_DEAD = text("webhook_events.state = 'dead'")
COUNTS = select(
    _hook.name,
    select(func.count()).where(_event.webhook == _hook.id, PENDING).scalar_subquery(),
    select(func.min(_event.seen_at)).where(_event.webhook == _hook.id, PENDING).scalar_subquery(),
    select(func.count()).where(_event.webhook == _hook.id, _DEAD).scalar_subquery(),
)
_KEEP = bindparam("keep_", type_=Integer())
DEAD = (
    select(_event.event_id, _event.kind, _event.alert, _event.sequence, _event.attempt, _event.why)
    .where(_event.webhook == _WEBHOOK, _DEAD)
    .order_by(_event.id.desc())
    .limit(LIMIT)
)
TRY_AGAIN = (
    update(webhook_events)
    .where(_event.webhook == _WEBHOOK, _DEAD)
    .values(state="pending", due_at=bindparam("due_", type_=Utc()), attempt=0, seen_at=_NOW, why="")
)
#: The newest of those that are too many; none where they are not.
TOO_MANY = select(_event.id).where(_event.webhook == _WEBHOOK, _DEAD).order_by(_event.id.desc()).limit(1).offset(_KEEP)
FORGET_OLD = delete(webhook_events).where(_event.webhook == _WEBHOOK, _DEAD, _seen_before)
FORGET_MANY = delete(webhook_events).where(_event.webhook == _WEBHOOK, _DEAD, _event.id <= _ID)
