"""Automated investigations of alerts of the same type."""

from sqlalchemy import Connection, and_, func, select

from bot.alerts.action_views import Investigations
from bot.alerts.alert import Alert
from bot.alerts.conversation import Scope
from storage.rows import SELECT_ALERT, alert_of
from storage.scopes import in_scope
from storage.tables import alerts

#: States that say no more than that there was none.
_NONE = ("", "unknown", "unsupportedAlertType", "unsupportedOs")

#: So many newest alerts of the type are looked at: there may be very many.
_LOOKED_AT = 1_000


def investigated(on: Connection, alert: Alert, scope: Scope, *, limit: int) -> Investigations:
    """Those that a reader may see, without the alert's own."""
    if not alert.alert_type:
        return Investigations({})
    others = alerts.alias("others")
    newest_of_type = (
        select(others.c.number)
        .where(others.c.alert_type == alert.alert_type, others.c.alert_type != "")
        .order_by(others.c.number.desc())
        .limit(_LOOKED_AT)
    )
    condition = and_(
        alerts.c.number.in_(newest_of_type),
        alerts.c.source == alert.source,
        alerts.c.number != alert.number,
        alerts.c.investigation_state.not_in(_NONE),
        in_scope(scope, on),
    )
    state = alerts.c.investigation_state
    counted = on.execute(select(state, func.count()).where(condition).group_by(state)).all()
    if not counted:
        return Investigations({})
    newest = on.execute(SELECT_ALERT.where(condition).order_by(alerts.c.number.desc()).limit(limit))
    return Investigations({row[0]: row[1] for row in counted}, [alert_of(row) for row in newest])
