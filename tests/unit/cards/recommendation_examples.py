"""Recommendations to draw."""

from datetime import timedelta

from bot.alerts.habit_ports import Handled, Judgement, Usual
from bot.alerts.next_steps import steps_of
from bot.alerts.people import ActorKind
from bot.alerts.recommendation import Basis, Recommendation
from bot.alerts.views import Advice, Precedent, RecommendationView
from bot.alerts.words import Classification, Status
from tests.unit.cards import examples

ADVICE = """A. Validate the alert:
- Review the device timeline for what happened before and after.
B. Contain and mitigate the breach:
- Isolate the device.
- Reset the passwords of its users.
Enable attack surface reduction rules.
Talk to nobody."""

USUAL = Usual((1, 0, 17))


def a_recommendation(words: str = "") -> RecommendationView:
    """17 of 18 by two people, with a true positive among them."""
    then = examples.NOW - timedelta(days=3)
    given = Recommendation(Classification.FALSE_POSITIVE, 0.931, Basis.HERE, (1, 0, 17))
    true = Judgement(987, Classification.TRUE_POSITIVE, "malware", ActorKind.PERSON, "b" * 36, words or "Bo", then)
    advice = Advice(
        given=given,
        site=words or "Servers",
        determination="notMalicious",
        judged_by=((words or "Ana", 12), ("Bo", 6)),
        last_at=then,
        true_positives=(true,),
        flips=2,
    )
    resolved = examples.an_alert(
        number=1033, status=Status.RESOLVED, classification=Classification.FALSE_POSITIVE, determination="notMalicious"
    )
    said = Handled(1033, words or "the backup job again, told its owners", words or "Bo", then)
    view = examples.taken()
    return RecommendationView(
        view=view, advice=advice, steps=steps_of(words or ADVICE), handled=(Precedent(resolved, said),) * 3
    )


def by_one() -> RecommendationView:
    given = Recommendation(Classification.EXPECTED, 0.81, Basis.HERE, (0, 3, 0))
    advice = Advice(given=given, site="", judged_by=(("Ana", 3),), last_at=examples.NOW)
    return RecommendationView(view=examples.taken(), advice=advice)


def elsewhere() -> RecommendationView:
    given = Recommendation(Classification.TRUE_POSITIVE, 0.999, Basis.RULE, (40, 0, 0))
    return RecommendationView(view=examples.taken(), advice=Advice(given=given, site="Servers"))


def no_basis() -> RecommendationView:
    return RecommendationView(view=examples.taken(), advice=None, steps=steps_of(ADVICE))
