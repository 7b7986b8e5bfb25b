"""Silences that stand at Alertmanager: listed, and lifted, whoever made them."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from bot.alerts.errors import Refused
from bot.alerts.messages import ConversationKind
from bot.alerts.mirror import Feed
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.roles import Role
from bot.alerts.silence import FEED, Silence
from bot.alerts.standing_silences import ListedSilence, Matcher, SilencesView, Standing
from bot.usecases import silences
from bot.usecases.acting import Act
from bot.usecases.permission import may, require
from bot.usecases.visibility import Reader, role_of, scope_of

#: Silences on a page, kept of what Alertmanager tells, and lifted at a time.
PAGE_SIZE: Final = 6
MOST: Final = 1_000
AT_ONCE: Final = 20

#: One that is being lifted, and nothing is heard of it, is tried again after so long.
PATIENCE: Final = timedelta(seconds=60)


def listed(uow: UnitOfWork, reader: Reader, page: int = 0) -> SilencesView:
    """A page of those that the reader may see; a page beyond the last one is the last one.

    One that was made for an alert is there for whoever sees the alert; any other for whoever sees all alerts, and for
    administrators in their own chat: what is answered in a channel is read by all of it.

    Raises Refused: "noSilencer", "role".
    """
    require(uow, reader, "silences")
    if not uow.feeds.is_told(FEED):
        raise Refused("noSilencer")
    found = _visible(uow, reader)
    pages = max(1, -(-len(found) // PAGE_SIZE))
    page = min(page, pages - 1)
    return SilencesView(
        listed=found[page * PAGE_SIZE : (page + 1) * PAGE_SIZE],
        total=len(found),
        page=page,
        pages=pages,
        as_of=uow.feeds.get(FEED).known_until,
        may_lift=may(uow, reader, "lift"),
    )


def lift(uow: UnitOfWork, reader: Reader, external_id: str, *, by: Person, key: str | None = None) -> None:
    """Have Alertmanager speak again; of an alert here that is its history, too.

    Raises Refused: "role", and "silenceGone" for one that is over, or not the reader's to see.
    """
    one = next((one for one in _visible(uow, reader) if one.standing.external_id == external_id), None)
    require(uow, reader, "lift")
    if one is None:
        raise Refused("silenceGone")
    if one.alert is not None and one.alert.silenced_until:
        silences.lift(uow, Act(alert=one.alert.number, by=by, reader=reader, at=reader.at, key=key))
    elif not one.standing.lifted_by:
        uow.standing_silences.want_lifted(external_id, by.name or by.object_id, reader.at)


def seen(uow: UnitOfWork, there: Collection[Standing], at: datetime) -> None:
    """What Alertmanager has told just now."""
    uow.standing_silences.keep(sorted(there, key=lambda one: (one.ends_at, one.external_id))[:MOST])
    uow.feeds.keep(Feed(FEED, at, None))


def take_due(uow: UnitOfWork, now: datetime) -> list[Standing]:
    """What is to be lifted now."""
    due = list(uow.standing_silences.to_lift(now, limit=AT_ONCE))
    for one in due:
        uow.standing_silences.take(one.external_id, now + PATIENCE)
    return due


def _visible(uow: UnitOfWork, reader: Reader) -> list[ListedSilence]:
    scope, role = scope_of(uow, reader), role_of(uow, reader)
    alone = reader.conversation.kind is ConversationKind.PERSONAL
    sees_all = role is not None and (scope.everything or (alone and role is Role.ADMINISTRATOR))
    ours = {one.external_id: one for one in uow.silences.standing() if one.external_id}
    found: list[ListedSilence] = []
    for standing in uow.standing_silences.all(reader.at):
        mine = ours.get(standing.external_id)
        if mine is None and sees_all:
            found.append(ListedSilence(standing))
        elif mine is not None and uow.alerts.in_scope(mine.alert, scope):
            found.append(ListedSilence(standing, uow.alerts.get(mine.alert)))
    unmade = [one for one in uow.silences.unmade() if uow.alerts.in_scope(one.alert, scope)]
    return [*(_unmade(uow, one, reader.at) for one in unmade), *found]


def _unmade(uow: UnitOfWork, one: Silence, now: datetime) -> ListedSilence:
    """Wanted here, and Alertmanager does not have it yet, or will not."""
    known = uow.silences.labels_at_source(one.alert)
    standing = Standing(
        external_id="",
        matchers=tuple(Matcher(name, "=", known[name]) for name in one.labels if name in known),
        author=one.author,
        comment=one.comment,
        begins_at=now,
        ends_at=datetime.fromisoformat(one.wanted),
        link="",
        why=one.why,
    )
    return ListedSilence(standing, uow.alerts.get(one.alert), is_made=False)
