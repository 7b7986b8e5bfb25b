"""Webhooks, and the events that wait for them.

What came of a call is written only while `owner` and `attempt` are still those of the claim, so that whoever comes back
too late changes nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from bot.alerts.history import Kind
from bot.alerts.webhook import DeadLetter, HookEvent, Webhook, WebhookCounts, WebhookState
from storage import webhook_statements as statements

#: At once: what has waited longest is due at this time.
LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)

#: Longer than anything is put off: a day is the longest Retry-After.
LONGEST_WAIT: Final = timedelta(days=2)

#: Events that are numbered in one look at most.
NUMBERED_AT_ONCE: Final = 100


class Webhooks:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def add(self, name: str, url: str, *, secret: str, wants: str, kinds: Collection[Kind], at: datetime) -> None:
        values = {
            "name": name,
            "url": url,
            "secret": secret,
            "old_secret": "",
            "wants": wants,
            "kinds": " ".join(sorted(kind.value for kind in kinds)),
            "state": WebhookState.ACTIVE.value,
            "why": "",
            "failures": 0,
            "last_sequence": 0,
            "created_at": at,
        }
        self._on.execute(statements.ADD, values)

    def find(self, name: str) -> Webhook | None:
        row = self._on.execute(statements.FIND, {"name_": name}).first()
        return webhook_of(row) if row is not None else None

    def all(self) -> list[Webhook]:
        return list(map(webhook_of, self._on.execute(statements.ALL)))

    def remove(self, webhook: int) -> None:
        self._on.execute(statements.REMOVE_EVENTS, {"webhook_": webhook})
        self._on.execute(statements.REMOVE, {"webhook_": webhook})

    def set_state(self, webhook: int, state: WebhookState, *, why: str = "") -> None:
        self._on.execute(statements.SET_STATE, {"webhook_": webhook, "state_": state.value, "why_": why})

    def change_secret(self, webhook: int, secret: str, *, old_until: datetime) -> None:
        values = {"webhook_": webhook, "secret_": secret, "until_": old_until}
        self._on.execute(statements.CHANGE_SECRET, values)

    def is_due(self, now: datetime) -> bool:
        return self._on.execute(statements.IS_DUE, _moment(now)).first() is not None

    def claim(self, now: datetime, *, owner: str, lease: timedelta, limit: int, abreast: int) -> list[HookEvent]:
        taken: list[HookEvent] = []
        for *row, last_sequence in self._on.execute(statements.SERVE.on(self._on), _moment(now)).all():
            webhook = webhook_of(row)
            self._number(webhook, now, last_sequence)
            under_way = self._on.execute(statements.UNDER_WAY, {"webhook_": webhook.id}).scalar_one()
            room = min(1 if webhook.failures else abreast, limit - len(taken) + under_way) - under_way
            if room > 0:
                asked = {"webhook_": webhook.id, "now_": now, "owner_": owner, "limit_": room}
                rows = self._on.execute(statements.TAKE, asked | {"seconds_": lease.total_seconds()})
                taken += sorted((_event(webhook, row) for row in rows), key=lambda event: event.id)
        return taken

    def _number(self, webhook: Webhook, now: datetime, last: int) -> None:
        asked = {"webhook_": webhook.id, "limit_": NUMBERED_AT_ONCE}
        new = self._on.execute(statements.NEW, asked).scalars().all()
        if not new:
            return
        numbered = [{"id_": event, "sequence_": last + place, "now_": now} for place, event in enumerate(new, 1)]
        self._on.execute(statements.NUMBER, numbered)
        self._on.execute(statements.NUMBERED, {"webhook_": webhook.id, "last_": last + len(new)})

    def sent(self, event: HookEvent, *, owner: str, at: datetime) -> bool:
        if self._on.execute(statements.SENT, _fence(event, owner)).rowcount != 1:
            return False
        self._on.execute(statements.WELL, {"webhook_": event.webhook.id, "now_": at})
        return True

    def delay(self, event: HookEvent, *, owner: str, until: datetime, why: str) -> None:
        self._on.execute(statements.DELAY, _fence(event, owner) | {"until_": until, "why_": why})

    def rest(self, event: HookEvent, *, owner: str, until: datetime, why: str, give_up_seen_before: datetime) -> int:
        self.delay(event, owner=owner, until=until, why=why)
        webhook = {"webhook_": event.webhook.id, "why_": why}
        self._on.execute(statements.REST, webhook | {"until_": until})
        return self._on.execute(statements.GIVE_UP_OLD, webhook | {"before_": give_up_seen_before}).rowcount

    def give_up(self, event: HookEvent, *, owner: str, why: str) -> None:
        self._on.execute(statements.GIVE_UP, _fence(event, owner) | {"why_": why})

    def give_up_paused(self, now: datetime, before: datetime) -> int:
        self._on.execute(statements.SEEN_PAUSED, {"now_": now})
        values = {"before_": before, "why_": "waited too long while it was paused"}
        return self._on.execute(statements.GIVE_UP_PAUSED, values).rowcount

    def gone(self, event: HookEvent, *, owner: str, why: str, at: datetime) -> None:
        self.give_up(event, owner=owner, why=why)
        self._on.execute(statements.GIVE_UP_ALL, {"webhook_": event.webhook.id, "why_": why, "now_": at})
        self.set_state(event.webhook.id, WebhookState.GONE, why=why)

    def clock_set_back(self, now: datetime) -> None:
        self._on.execute(statements.NOT_SO_FAR, _moment(now))

    def release(self, owner: str | None) -> None:
        if owner is None:
            self._on.execute(statements.RELEASE_ALL)
        else:
            self._on.execute(statements.RELEASE, {"owner_": owner})

    def counts(self) -> Mapping[str, WebhookCounts]:
        return {name: WebhookCounts(*counted) for name, *counted in self._on.execute(statements.COUNTS)}

    def dead(self, webhook: int, *, limit: int) -> list[DeadLetter]:
        rows = self._on.execute(statements.DEAD, {"webhook_": webhook, "limit_": limit})
        return [DeadLetter(*row) for row in rows]

    def try_again(self, webhook: int, at: datetime) -> int:
        return self._on.execute(statements.TRY_AGAIN, {"webhook_": webhook, "now_": at, "due_": LONG_AGO}).rowcount

    def forget_dead(self, seen_before: datetime, *, keep: int) -> int:
        forgotten = 0
        for webhook in self.all():
            which = {"webhook_": webhook.id}
            forgotten += self._on.execute(statements.FORGET_OLD, which | {"before_": seen_before}).rowcount
            newest = self._on.execute(statements.TOO_MANY, which | {"keep_": keep}).scalar()
            if newest is not None:
                forgotten += self._on.execute(statements.FORGET_MANY, which | {"id_": newest}).rowcount
        return forgotten


def webhook_of(row: Sequence[Any]) -> Webhook:
    """From a row of statements.COLUMNS."""
    fields = dict(zip((column.name for column in statements.COLUMNS), row, strict=True))
    fields["kinds"] = frozenset(map(Kind, fields["kinds"].split()))
    fields["state"] = WebhookState(fields["state"])
    return Webhook(**fields)


def _event(webhook: Webhook, row: Any) -> HookEvent:  # noqa: ANN401 - a row that statements.TAKE returns
    return HookEvent(
        id=row.id,
        webhook=webhook,
        event_id=row.event_id,
        kind=row.kind,
        alert=row.alert,
        sequence=row.sequence,
        told=row.told,
        attempt=row.attempt,
    )


def _moment(now: datetime) -> dict[str, Any]:
    return {"now_": now, "far_": now + LONGEST_WAIT}


def _fence(event: HookEvent, owner: str) -> dict[str, Any]:
    return {"id_": event.id, "owner_": owner, "attempt_": event.attempt}
