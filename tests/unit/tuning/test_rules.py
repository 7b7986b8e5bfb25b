"""Tuning rules on both databases: at intake, in their order, back-tested, approved, edited, switched."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.alerts.alert import Alert
from bot.alerts.condition_text import parse
from bot.alerts.conversation import Subject
from bot.alerts.errors import NotAvailable, Refused
from bot.alerts.evidence import Evidence
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.report import Report
from bot.alerts.triage import Mode, Step, StepKind, TriageRule
from bot.alerts.tuning import Action, Standing, Terms, TuningRule
from bot.alerts.words import Classification, Severity, Signal, Status
from bot.usecases import tuning, tuning_lookback
from bot.usecases.acting import Act
from bot.usecases.automatic import unhide
from bot.usecases.comment import comment
from bot.usecases.report_alert import report_alert
from bot.usecases.resolve import resolve
from bot.usecases.tuning import Doing, Saved
from bot.usecases.tuning_views import rule_view
from bot.usecases.visibility import Reader
from storage.store import AnyStore
from tests.unit.storage.made import NOW, add_conversation, device, report

ANA, BO = Person("ana-id", "Ana"), Person("bo-id", "Bo")
DAY = timedelta(days=1)


class Desk:
    """A channel with two people, in one transaction."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        for person in (ANA, BO):
            uow.people.meet(person, NOW)
        here = add_conversation(uow)
        uow.conversations.subscribe(here.id, at=NOW)
        uow.routes.put(here.id, at=NOW)
        self.here = replace(here, subscribed_at=NOW)

    def doing(self, by: Person = ANA, **more: Any) -> Doing:
        return Doing(by=by, reader=Reader(by.object_id, self.here, NOW), at=NOW, **more)

    def comes(self, external_id: str, *evidence: Evidence, **fields: Any) -> Alert:
        given: dict[str, Any] = {"alert_type": "t1", "service_source": "microsoftDefenderForEndpoint"}
        pieces = evidence or (device("web-1"),)
        told: Report = report(external_id, evidence=pieces, created_at=NOW, **(given | fields))
        return self.uow.alerts.get(report_alert(self.uow, told, NOW).number)

    def saved(self, terms: Terms | None = None, *, by: Person = ANA, share: float = 1.0, **more: Any) -> Saved:
        made = tuning.draft(self.uow, self.doing(by), terms or a_rule(), **more)
        self.look(made)
        return tuning.save(self.uow, self.doing(by, share=share), made.id)

    def look(self, rule: TuningRule) -> None:
        lookback = tuning_lookback.begun(NOW + DAY)
        for step in tuning_lookback.steps(parse("type:x"), lookback):
            lookback = lookback.plus(tuning_lookback.look(self.uow, rule.id, step, NOW), done=step.done)
        assert tuning_lookback.keep(self.uow, rule.id, lookback, changed_at=rule.changed_at, now=NOW)

    def has_card(self, alert: Alert) -> bool:
        return self.uow.cards.has(self.here.id, Subject.ALERT, alert.number)


def a_rule(indicators: str = "host:web-*", **changes: Any) -> Terms:
    fields: dict[str, Any] = {"name": "Nightly scan", "action": Action.HIDE, "alert_type": "t1", "devices": ("web-1",)}
    return Terms(**(fields | {"indicators": parse(indicators)} | changes))


async def test_what_a_rule_hides_at_intake_is_kept_and_costs_no_card(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        desk = Desk(uow)
        rule = desk.saved(a_rule(comment="the scanner")).rule
        caught, other = desk.comes("a"), desk.comes("b", device("pc-7"))
        assert (caught.hidden, caught.status, caught.comment_count) == (f"tuning:{rule.id}", Status.NEW, 1)
        assert not other.is_hidden
        assert (desk.has_card(caught), desk.has_card(other)) == (False, True)
        assert [act.alert for act in uow.rule_acts.newest(f"tuning:{rule.id}", offset=0, limit=9)] == [caught.number]
        (_, entry) = uow.history.entries(caught.number, limit=1)[0], uow.history.entries(caught.number, limit=9)[0]
        assert (entry.actor.name, entry.way.value, entry.kind.value) == ("Nightly scan", "rule", "hidden")

    await store.write(work)


async def test_resolving_gives_the_verdict_and_costs_no_card_either(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        desk = Desk(uow)
        verdict = {"classification": Classification.EXPECTED, "determination": "securityTesting"}
        desk.saved(a_rule(action=Action.RESOLVE, **verdict))
        caught = desk.comes("a")
        assert (caught.status, caught.classification, caught.determination) == (Status.RESOLVED, *verdict.values())
        assert not desk.has_card(caught)
        assert desk.comes("b", status=Status.RESOLVED).resolved_rule == "", "that was the source's own doing"

    await store.write(work)


async def test_the_first_rule_in_order_acts_and_the_order_can_be_changed(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        desk = Desk(uow)
        first, second = desk.saved(a_rule(name="First")).rule, desk.saved(a_rule(name="Second")).rule
        assert desk.comes("a").hidden_by == "First"
        tuning.move(uow, desk.doing(), second.id, to=1)
        assert desk.comes("b").hidden_by == "Second"
        tuning.switch(uow, desk.doing(), second.id, on=False)
        assert desk.comes("c").hidden_by == "First"
        tuning.delete(uow, desk.doing(), first.id)
        assert not desk.comes("d").is_hidden
        tuning.switch(uow, desk.doing(), second.id, on=True)
        assert desk.comes("e").hidden_by == "Second"

    await store.write(work)


async def test_a_rule_stops_when_it_expires(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        desk = Desk(uow)
        desk.saved(a_rule(expires_at=NOW + DAY))
        assert desk.comes("a").is_hidden
        late = report("b", evidence=(device("web-1"),), alert_type="t1")
        assert not uow.alerts.get(report_alert(uow, late, NOW + DAY).number).is_hidden

    await store.write(work)


async def test_evidence_that_comes_later_counts_until_somebody_has_touched_the_alert(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        desk = Desk(uow)
        desk.saved()
        assert not desk.comes("a", device("pc-1")).is_hidden
        assert desk.comes("a", device("web-1")).is_hidden
        touched = desk.comes("b", device("pc-1"))
        doing = desk.doing(BO)
        tuning_act = Act(alert=touched.number, by=BO, reader=doing.reader, at=NOW)
        comment(uow, tuning_act, "looking at it")
        assert not desk.comes("b", device("web-1")).is_hidden

    await store.write(work)


async def test_what_was_hidden_comes_back_where_it_is_not_what_was_meant_any_more(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        desk = Desk(uow)
        desk.saved(a_rule("host:web-* severity<high"))
        assert desk.comes("a", severity=Severity.LOW).is_hidden
        worse = desk.comes("a", severity=Severity.HIGH)
        assert not worse.is_hidden
        assert desk.has_card(worse)
        assert not desk.comes("a", severity=Severity.LOW).is_hidden, "a rule acts once on an alert"

    await store.write(work)


async def test_what_somebody_brought_back_is_not_hidden_again_and_cleared_alerts_resolve(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        desk = Desk(uow)
        desk.saved()
        caught = desk.comes("a")
        unhide(uow, Act(alert=caught.number, by=BO, reader=desk.doing(BO).reader, at=NOW))
        assert not desk.comes("a", title="News").is_hidden
        quiet = desk.comes("b", signal=Signal.FIRING)
        assert quiet.is_hidden
        assert desk.comes("b", signal=Signal.CLEARED).status is Status.RESOLVED

    await store.write(work)


async def test_saving_acts_on_the_originating_alert_and_on_open_ones_on_request(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        desk = Desk(uow)
        origin, other, away = desk.comes("a"), desk.comes("b"), desk.comes("c", device("pc-1"))
        saved = desk.saved(origin=origin.number)
        assert (saved.acted, saved.left) == (1, 0)
        assert uow.alerts.get(origin.number).is_hidden
        assert not uow.alerts.get(other.number).is_hidden
        assert tuning.act_on_open(uow, desk.doing(), saved.rule.id).acted == 1
        assert [uow.alerts.get(one.number).is_hidden for one in (other, away)] == [True, False]

    await store.write(work)


async def test_the_look_back_counts_by_verdict_and_names_true_positives(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        desk = Desk(uow)
        numbers = [desk.comes(name).number for name in "abcd"]
        desk.comes("e", device("pc-1"))
        verdicts = (Classification.FALSE_POSITIVE, Classification.TRUE_POSITIVE, Classification.EXPECTED)
        for number, verdict in zip(numbers, verdicts, strict=False):
            resolve(uow, Act(alert=number, by=BO, reader=desk.doing(BO).reader, at=NOW), verdict)
        made = tuning.draft(uow, desk.doing(), a_rule())
        desk.look(made)
        found = uow.tuning.get(made.id).lookback
        assert found is not None
        assert (found.total, found.caught, found.open) == (5, 4, 1)
        assert found.verdicts == {
            Classification.NOT_SET: 1,
            Classification.TRUE_POSITIVE: 1,
            Classification.EXPECTED: 1,
            Classification.FALSE_POSITIVE: 1,
        }
        assert found.true_positives == (numbers[1],)

    await store.write(work)


async def test_stretches_of_time_add_up_to_the_whole(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        desk = Desk(uow)
        for days in range(35):
            told = report(f"a{days}", evidence=(device("web-1"),), alert_type="t1")
            report_alert(uow, told, NOW - days * DAY)
        made = tuning.draft(uow, desk.doing(), a_rule(alert_type=""))
        lookback = tuning_lookback.begun(NOW + DAY)
        steps = list(tuning_lookback.steps(parse("host:web-*"), lookback))
        assert len(steps) == tuning_lookback.STEPS
        for step in steps:
            lookback = lookback.plus(tuning_lookback.look(uow, made.id, step, NOW), done=step.done)
        assert (lookback.total, lookback.caught, lookback.is_done) == (30, 30, True)

    await store.write(work)


async def test_a_rule_that_would_hide_a_true_positive_waits_for_a_second_person(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        desk = Desk(uow)
        real = desk.comes("a")
        resolve(uow, Act(alert=real.number, by=BO, reader=desk.doing(BO).reader, at=NOW), Classification.TRUE_POSITIVE)
        saved = desk.saved()
        assert (saved.rule.standing, saved.why) == (Standing.WAITING, "truePositive")
        assert uow.cards.has(desk.here.id, Subject.RULE, saved.rule.id)
        assert not desk.comes("b").is_hidden, "not before it is approved"
        with pytest.raises(Refused) as refused:
            tuning.approve(uow, desk.doing(ANA), saved.rule.id)
        assert refused.value.reason == "ownRule"
        approved = tuning.approve(uow, desk.doing(BO), saved.rule.id).rule
        assert (approved.standing, approved.decided_by) == (Standing.IN_FORCE, "Bo")
        assert desk.comes("c").is_hidden
        with pytest.raises(Refused) as late:
            tuning.decline(uow, desk.doing(BO), saved.rule.id)
        assert late.value.reason == "notWaiting"

    await store.write(work)


async def test_a_large_share_waits_too_and_may_be_declined(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        desk = Desk(uow)
        desk.comes("a")
        desk.comes("b", device("pc-1"))
        saved = desk.saved(share=0.4)
        assert saved.why == "share"
        assert tuning.decline(uow, desk.doing(BO), saved.rule.id).standing is Standing.DECLINED
        assert not desk.comes("c").is_hidden
        assert uow.tuning.get(saved.rule.id).decided_by == "Bo", "it is kept"

    await store.write(work)


async def test_an_edited_rule_is_in_force_as_it_was_until_the_new_terms_are_saved(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        desk = Desk(uow)
        rule = desk.saved().rule
        other = a_rule("host:pc-*", devices=("pc-1",))
        made = tuning.draft(uow, desk.doing(BO), other, replaces=rule.id)
        assert desk.comes("a").is_hidden
        desk.look(made)
        after = tuning.save(uow, desk.doing(BO, share=1.0), made.id).rule
        assert (after.id, after.terms, after.author) == (rule.id, other, ANA.object_id)
        assert not desk.comes("b").is_hidden
        assert desk.comes("c", device("pc-1")).is_hidden
        assert [one.id for one in uow.tuning.all(Standing.IN_FORCE)] == [rule.id]

    await store.write(work)


async def test_who_may_make_which_rule(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        desk = Desk(uow)
        for terms, reason in (
            (a_rule(devices=()), "wholeOrganisation"),
            (a_rule(devices=(), users=("ana",)), "usersAlone"),
        ):
            with pytest.raises(Refused) as refused:
                tuning.draft(uow, desk.doing(), terms)
            assert refused.value.reason == reason
        tuning.draft(uow, desk.doing(), a_rule(devices=(), users=("ana",), groups=("Servers",)))
        made = tuning.draft(uow, desk.doing(), a_rule())
        for reason, attempt in (
            ("stillLooking", lambda: tuning.save(uow, desk.doing(), made.id)),
            ("notYourRule", lambda: tuning.save(uow, desk.doing(BO), made.id)),
            ("role", lambda: tuning.set_creation(uow, desk.doing(), on=False)),
        ):
            with pytest.raises(Refused) as refused:
                attempt()
            assert refused.value.reason == reason
        uow.tuning.set_creation(on=False)
        with pytest.raises(Refused) as refused:
            tuning.draft(uow, desk.doing(), a_rule())
        assert refused.value.reason == "creationOff"
        with pytest.raises(NotAvailable):
            tuning.switch(uow, desk.doing(), 99, on=True)

    await store.write(work)


async def test_another_replica_sees_a_new_rule_at_once(store: AnyStore) -> None:
    def make(uow: UnitOfWork) -> int:
        desk = Desk(uow)
        desk.comes("before")
        return desk.saved().rule.id

    number = await store.write(make)

    def comes(uow: UnitOfWork) -> bool:
        told = report("after", evidence=(device("web-1"),), alert_type="t1")
        return uow.alerts.get(report_alert(uow, told, NOW).number).is_hidden

    assert await store.write(comes)
    await store.write(lambda uow: uow.tuning.save(replace(uow.tuning.get(number), enabled=False)))

    def again(uow: UnitOfWork) -> bool:
        told = report("later", evidence=(device("web-1"),), alert_type="t1")
        return uow.alerts.get(report_alert(uow, told, NOW).number).is_hidden

    assert not await store.write(again)


async def test_drafts_that_nobody_saved_are_forgotten_and_nothing_else(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        desk = Desk(uow)
        kept, forgotten = desk.saved().rule, tuning.draft(uow, desk.doing(), a_rule())
        uow.tuning.forget_drafts(NOW + DAY)
        assert uow.tuning.many([kept.id, forgotten.id]).keys() == {kept.id}

    await store.write(work)


async def test_a_triage_rule_that_changes_what_a_rule_asks_for_is_warned_of(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        desk = Desk(uow)
        tagging = Step(kind=StepKind.TAG, add=("lab",))
        number = uow.triage.add(
            TriageRule(number=0, name="Tag the lab", mode=Mode.ACT, wants="host:web-*", steps=(tagging,), made_at=NOW)
        )
        for indicators, loops in (("host:web-* not tag:lab", ((number, "Tag the lab"),)), ("host:web-*", ())):
            made = tuning.draft(uow, desk.doing(), a_rule(indicators))
            assert rule_view(uow, made.id, NOW, share=1.0).loops == loops

    await store.write(work)


async def test_a_rule_that_has_caught_nothing_for_a_month_is_quiet(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        desk = Desk(uow)
        rule = desk.saved().rule
        assert not rule_view(uow, rule.id, NOW + 29 * DAY, share=1.0).is_quiet
        assert rule_view(uow, rule.id, NOW + 30 * DAY, share=1.0).is_quiet
        desk.comes("a")
        late = report("b", evidence=(device("web-1"),), alert_type="t1")
        report_alert(uow, late, NOW + 20 * DAY)
        assert not rule_view(uow, rule.id, NOW + 40 * DAY, share=1.0).is_quiet

    await store.write(work)
