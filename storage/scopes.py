"""What a reader may see, as a condition on `alerts`."""

from sqlalchemy import ColumnElement, Connection, and_, exists, false, or_, select, text, true

from bot.alerts.conversation import Scope, Subject
from storage.conditions import condition_filter
from storage.share_tables import shares
from storage.tables import alerts, cards, folds


def in_scope(scope: Scope, connection: Connection) -> ColumnElement[bool]:
    """To stand in a SELECT from `alerts`."""
    if not scope.without:
        return _included(scope, connection)
    return and_(_included(scope, connection), alerts.c.service_source.not_in(sorted(scope.without)))


def _included(scope: Scope, connection: Connection) -> ColumnElement[bool]:
    if scope.everything:
        return true()
    ways: list[ColumnElement[bool]] = []
    if scope.fitting is not None and scope.now is not None:
        ways.append(condition_filter(scope.fitting, connection.dialect.name, now=scope.now))
    if scope.shared_in is not None:
        ways += [_has_card(scope.shared_in), _is_folded(scope.shared_in), _is_shared(scope.shared_in)]
    return or_(*ways) if ways else false()


def _has_card(conversation: int) -> ColumnElement[bool]:
    return exists(
        select(cards.c.id).where(
            cards.c.subject == str(Subject.ALERT),
            cards.c.subject_id == alerts.c.number,
            cards.c.conversation == conversation,
        )
    )


def _is_shared(conversation: int) -> ColumnElement[bool]:
    return exists(
        select(shares.c.alert).where(
            shares.c.alert == alerts.c.number, shares.c.conversation == conversation, text("shares.seen")
        )
    )


def _is_folded(conversation: int) -> ColumnElement[bool]:
    return exists(select(folds.c.card).where(folds.c.alert == alerts.c.number, folds.c.conversation == conversation))
