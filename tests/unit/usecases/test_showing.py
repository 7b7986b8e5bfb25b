"""Where alerts are shown once they have got worse, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.alerts.alert import Alert
from bot.alerts.conversation import Card, Limit, Limits, Subject
from bot.alerts.evidence import impacted_assets
from bot.alerts.ports import UnitOfWork
from bot.alerts.words import Severity, Status
from bot.usecases.showing import show_new, show_worse
from storage.store import AnyStore
from tests.unit.storage.made import MINUTE, NOW, add_alert, add_conversation, device

LIMITS = Limits((Limit(99, timedelta(seconds=1)),), (Limit(99, timedelta(seconds=1)),))


def shown(uow: UnitOfWork, *, alike: bool, wants: str = "") -> tuple[Alert, Alert]:
    """Two low alerts shown in a channel, the second on the card of the first where they are alike."""
    here = add_conversation(uow)
    uow.conversations.subscribe(here.id, at=NOW)
    uow.routes.put(here.id, at=NOW, wants=wants)
    hosts = ("web-1", "web-1" if alike else "web-2")
    both = [
        add_alert(
            uow, name, device(host), alert_type="x", severity=Severity.LOW, assets=impacted_assets([device(host)])[0]
        )
        for name, host in zip("ab", hosts, strict=True)
    ]
    show_new(uow, [(alert, [device(host)]) for alert, host in zip(both, hosts, strict=True)], NOW)
    return both[0], both[1]


def rise(uow: UnitOfWork, alert: Alert, severity: Severity = Severity.HIGH, **changes: Status) -> None:
    show_worse(uow, replace(alert, severity=severity, **changes), alert, NOW + MINUTE)


def first_due(uow: UnitOfWork) -> Card:
    (card,) = uow.cards.claim(NOW + 2 * MINUTE, owner="me", lease=MINUTE, limit=1, limits=LIMITS)
    return card


@pytest.mark.parametrize("wants", ["", "host:web-*"])
async def test_one_that_shares_a_card_gets_its_own_when_it_becomes_high(store: AnyStore, wants: str) -> None:
    def work(uow: UnitOfWork) -> None:
        leader, joined = shown(uow, alike=True, wants=wants)
        assert uow.folds.own_card(1, joined.number) == (0, 0, 0)
        rise(uow, joined, Severity.MEDIUM)
        rise(uow, joined, status=Status.RESOLVED)
        assert uow.folds.own_card(1, joined.number) == (0, 0, 0)
        rise(uow, joined)
        assert uow.folds.own_card(1, joined.number)[0] > 0
        assert uow.folds.own_card(1, leader.number)[1] == 1, "it is still reached from there"

    await store.write(work)


async def test_a_card_that_waits_goes_before_others_when_its_alert_becomes_high(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        _, other = shown(uow, alike=False)
        rise(uow, other)
        card = first_due(uow)
        assert (card.subject, card.subject_id) == (Subject.ALERT, other.number)

    await store.write(work)


async def test_a_channel_that_does_not_want_it_gets_no_card(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        _, other = shown(uow, alike=False, wants="host:elsewhere")
        rise(uow, other)
        assert not uow.cards.has(1, Subject.ALERT, other.number)

    await store.write(work)
