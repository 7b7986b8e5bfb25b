"""Triage rules to draw cards of."""

from bot.alerts.history import Change, Entry, Kind
from bot.alerts.people import Actor, ActorKind, Way
from bot.alerts.triage import Asked, Lookup, Mode, Run, State, Step, StepKind, TriageRule
from bot.alerts.triage_views import Agreement, Judged, TriageView
from bot.alerts.words import Classification
from tests.unit.cards.examples import ANA, BO, PEOPLE, a_view, at

TRAVEL = TriageRule(
    number=1,
    name="Legitimate travel",
    mode=Mode.WATCH,
    mode_at=at(0, 1),
    wants='title:"impossible travel"',
    asked=(Asked(Lookup.AWAY, wanted=True), Asked(Lookup.HIGH_RISK, wanted=False)),
    steps=(
        Step(
            kind=StepKind.RESOLVE,
            classification=Classification.EXPECTED,
            determination="confirmedActivity",
            text="legitimate travel",
        ),
        Step(kind=StepKind.POST),
    ),
    made_by="Tocsin",
    made_at=at(0, 0),
)
EVERY_STEP = TriageRule(
    number=2,
    name="Everything",
    mode=Mode.ACT,
    wants="host:web-*",
    asked=(Asked(Lookup.AWAY, wanted=False), Asked(Lookup.HIGH_RISK, wanted=True)),
    steps=(
        Step(kind=StepKind.ASSIGN, to=BO.object_id),
        Step(kind=StepKind.TAG, add=("vip",), remove=("lab",)),
        Step(kind=StepKind.CLASSIFY, classification=Classification.FALSE_POSITIVE),
        Step(kind=StepKind.COMMENT, text="seen"),
        Step(kind=StepKind.RESOLVE),
    ),
    made_at=at(0, 0),
)


def a_run(state: State, why: str = "") -> Run:
    return Run(rule=1, alert=1042, state=state, at=at(5), why=why)


RESOLVED = Entry(
    alert=1042,
    revision=2,
    at=at(9),
    actor=Actor(ActorKind.PERSON, ANA.object_id, "Ana"),
    way=Way.CHAT,
    kind=Kind.RESOLVED,
    changes=(Change("status", "new", "resolved"), Change("classification", "notSet", "truePositive")),
)
VIEWS = (
    TriageView(
        rule=TRAVEL,
        counts={State.WATCHED: 16, State.UNMET: 2, State.LEFT: 1, State.FAILED: 1},
        agreement=Agreement(agreed=14, decided=15),
        runs=(
            (Judged(a_run(State.WATCHED), agrees=False, did=RESOLVED), a_view()),
            (Judged(a_run(State.WATCHED), agrees=True, did=RESOLVED), a_view()),
            (Judged(a_run(State.WATCHED)), a_view()),
            (Judged(a_run(State.LEFT, "taken")), a_view()),
            (Judged(a_run(State.FAILED, "Graph answered 403 Forbidden")), a_view()),
            (Judged(a_run(State.QUEUED, "Graph answered 503")), a_view()),
        ),
    ),
    TriageView(rule=EVERY_STEP, counts={State.ACTED: 3, State.QUEUED: 1}, agreement=Agreement(), people=PEOPLE),
)
