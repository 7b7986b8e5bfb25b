"""Handovers to draw cards of."""

from dataclasses import replace
from datetime import timedelta

from bot.alerts.handover import Basis, Bite, BiteKind, HandoverView, Holder, Note, Period
from bot.alerts.words import Classification, Severity
from tests.unit.cards.examples import ANA, BO, INCIDENT, NOW, a_view, an_alert, at, resolved, taken

PERIOD = Period(NOW - timedelta(hours=12), NOW, Basis.SHIFT)
NOTE = Note(
    id=3, conversation=1, author=BO.object_id, author_name=BO.name, text="web-1 [is](https://x.example) isolated",
    made_at=at(5),
)  # fmt: skip


def a_handover() -> HandoverView:
    late = a_view(an_alert(acknowledge_by=at(12), resolve_by=at(30)))
    return HandoverView(
        period=PERIOD,
        now=NOW,
        notes=(NOTE,),
        new_count=3,
        new_high=1,
        taken_count=1,
        resolved=(resolved(),),
        resolved_count=4,
        verdicts={Classification.TRUE_POSITIVE: 1, Classification.FALSE_POSITIVE: 3},
        incidents=(INCIDENT, replace(INCIDENT, name="")),
        holders=(Holder(None, "", (late,), 1, 1), Holder(ANA.object_id, ANA.name, (taken(),), 1)),
        open_count=2,
        overdue=1,
        missed=1,
        bites=tuple(
            Bite(kind=kind, number=7, name="what it is called", at=None if kind is BiteKind.APPROVAL else at(40))
            for kind in BiteKind
        ),
        more_bites=2,
        leavers=(BO,),
        comers=(ANA.name,),
    )


def a_quiet_one() -> HandoverView:
    return HandoverView(period=replace(PERIOD, basis=Basis.USUAL), now=NOW)


def a_long_one() -> HandoverView:
    many = tuple(
        a_view(an_alert(number=1000 + n, title="x" * 500, severity=Severity.MEDIUM, assignee=BO.object_id))
        for n in range(40)
    )
    holders = tuple(Holder(f"{n:036}", f"Person {n}", many, 40, 3) for n in range(12))
    notes = tuple(replace(NOTE, id=n, text="y" * 1_000) for n in range(1, 4))
    return replace(a_handover(), holders=holders, notes=notes, resolved=many[:3])
