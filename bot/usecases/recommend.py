"""What an alert will probably turn out to be, why, and what to do next. It never changes anything by itself."""

from collections import Counter
from collections.abc import Sequence

from bot.alerts.alert import Alert
from bot.alerts.conversation import Scope
from bot.alerts.habit_ports import Judgement
from bot.alerts.next_steps import steps_of
from bot.alerts.ports import UnitOfWork
from bot.alerts.recommendation import Basis, Recommendation, recommend
from bot.alerts.views import Advice, Precedent, RecommendationView
from bot.alerts.words import Classification
from bot.usecases.permission import require
from bot.usecases.read import shared_view
from bot.usecases.visibility import Reader, require_visible

#: Verdicts that are looked at for who gave them, earlier true positives that are named, alike alerts that are looked
#: through for how they were handled, and those of them that are shown.
_JUDGEMENTS, _TRUE_SHOWN, _ALIKE, _HANDLED = 100, 3, 20, 3


def recommendation(uow: UnitOfWork, number: int, reader: Reader) -> RecommendationView:
    """Raises NotAvailable. Counts are of all alerts; names and numbers only of those that the reader may see."""
    require(uow, reader, "recommendations")
    scope = require_visible(uow, number, reader)
    view = shared_view(uow, number, reader.conversation.id)
    alike = [one.alert for one in uow.alerts.similar(view.alert, scope, limit=_ALIKE)]
    return RecommendationView(
        view=view,
        advice=advice_on(uow, view.alert, scope),
        steps=steps_of(view.alert.recommended_actions),
        handled=_handled(uow, alike),
    )


def advice_on(uow: UnitOfWork, alert: Alert, scope: Scope) -> Advice | None:
    """None where there is no basis."""
    place = uow.habits.place(alert.number)
    if place is None:
        return None
    tallies = uow.habits.tallies(place.circles, but=alert.number)
    given = recommend(place.circles, tallies)
    if given is None:
        return None
    here = given.basis is Basis.HERE
    told = uow.habits.judgements(place.circles, scope, but=alert.number, limit=_JUDGEMENTS) if here else ()
    tally = tallies.get(place.circles.here)
    # Asked for only where the counts say that there is one, and it says something else than the rest.
    differs = here and given.counts[0] > 0 and given.verdict is not Classification.TRUE_POSITIVE
    true = uow.habits.true_positives(place.circles, scope, but=alert.number, limit=_TRUE_SHOWN) if differs else ()
    return Advice(
        given=given,
        site=place.site,
        determination=_determination(told, given),
        judged_by=tuple(Counter(one.name for one in told).most_common()),
        last_at=told[0].at if told else None,
        true_positives=true,
        flips=tally.flips if tally is not None else 0,
    )


def _determination(told: Sequence[Judgement], given: Recommendation) -> str:
    """The most frequent one of those who said the same."""
    said = Counter(one.determination for one in told if one.verdict is given.verdict and one.determination)
    return said.most_common(1)[0][0] if said else ""


def _handled(uow: UnitOfWork, alike: Sequence[Alert]) -> tuple[Precedent, ...]:
    """The most alike ones, and the same words once."""
    resolved = [alert for alert in alike if not alert.is_open]
    said = uow.habits.handled(alert.number for alert in resolved)
    told: dict[str, Precedent] = {}
    for alert in resolved:
        if alert.number in said:
            told.setdefault(said[alert.number].comment.casefold(), Precedent(alert, said[alert.number]))
    return tuple(told.values())[:_HANDLED]
