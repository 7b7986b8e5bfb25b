"""What can be watched: `/metrics` in Prometheus' text format."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.alerts.conversation import DeliveryCounts
from bot.alerts.errors import Busy
from bot.alerts.ports import Clock, Store, UnitOfWork
from bot.alerts.targets import Breach
from bot.alerts.webhook import WebhookCounts
from bot.alerts.words import Severity

#: How long the database may take for the figures that it counts, in seconds; without them the others are still given.
PATIENCE = 2


class Metrics:
    """All figures of one process, in a registry of its own."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        registry = self._registry = CollectorRegistry()
        self._deliveries = Counter(
            "tocsin_deliveries", "Calls to Teams by outcome; ambiguous ones may have posted twice.", ["outcome"],
            registry=registry,
        )  # fmt: skip
        self._intake = Histogram(
            "tocsin_intake_seconds", "From an alert's arrival to its 202, committed.", ["source"],
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5), registry=registry,
        )  # fmt: skip
        self._presses = Histogram(
            "tocsin_press_seconds", "From a press to its answer.",
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5), registry=registry,
        )  # fmt: skip
        self._api = Histogram(
            "tocsin_api_seconds", "From a program's request to its answer, where it was done.", ["verb"],
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5), registry=registry,
        )  # fmt: skip
        self._pending = Gauge("tocsin_cards_pending", "Cards that wait to be sent.", registry=registry)
        self._age = Gauge("tocsin_cards_oldest_seconds", "How long the oldest of them has been due.", registry=registry)
        self._aside = Gauge("tocsin_cards_set_aside", "Cards that Teams refused for good.", registry=registry)
        self._ambiguous = Gauge("tocsin_posts_ambiguous", "Posts whose answer was lost, all told.", registry=registry)
        self._gone = Gauge(
            "tocsin_conversations_gone", "Subscribed conversations that Teams shut us out of.", registry=registry
        )
        self._hooks = Counter(
            "tocsin_webhook_calls", "Events told to webhooks, by what came of it.", ["outcome"], registry=registry
        )
        self._hook_waiting = Gauge(
            "tocsin_webhook_events_waiting", "Events that wait for a webhook.", ["webhook"], registry=registry
        )
        self._hook_age = Gauge(
            "tocsin_webhook_oldest_seconds", "How long the oldest of them has waited.", ["webhook"], registry=registry
        )
        self._hook_dead = Gauge(
            "tocsin_webhook_events_dead", "Events that were given up.", ["webhook"], registry=registry
        )
        self._digest_lag = Gauge("tocsin_digest_lag_seconds", "How late the newest digest was made.", registry=registry)

        self._missed = Counter(
            "tocsin_targets_missed", "Service targets that were missed.", ["severity", "goal"], registry=registry
        )
        self._overdue = Gauge(
            "tocsin_alerts_overdue", "Open alerts that are overdue now.", ["severity"], registry=registry
        )

    def delivery(self, outcome: str) -> None:
        self._deliveries.labels(outcome).inc()

    def intake(self, source: str, seconds: float) -> None:
        self._intake.labels(source).observe(seconds)

    def press(self, seconds: float) -> None:
        self._presses.observe(seconds)

    def api(self, verb: str, seconds: float) -> None:
        self._api.labels(verb).observe(seconds)

    def webhook(self, outcome: str, count: int = 1) -> None:
        self._hooks.labels(outcome).inc(count)

    def digest(self, lag: float) -> None:
        self._digest_lag.set(lag)

    def missed(self, breach: Breach) -> None:
        self._missed.labels(breach.severity.value, breach.goal.value).inc()

    async def answer(self, _request: web.Request) -> web.Response:
        now = self._clock()
        try:
            async with asyncio.timeout(PATIENCE):
                counts = await self._store.read(lambda uow: _counted(uow, now))
                self._set(counts[0], now)
                self._set_webhooks(counts[1], now)
                for severity in Severity:
                    self._overdue.labels(severity.value).set(counts[2].get(severity, 0))
        except (TimeoutError, Busy):
            self._pending.set(float("nan"))
        body = generate_latest(self._registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    def _set_webhooks(self, counts: Mapping[str, WebhookCounts], now: datetime) -> None:
        for gauge in (self._hook_waiting, self._hook_age, self._hook_dead):
            gauge.clear()  # one that was removed has no figures
        for name, of_it in counts.items():
            self._hook_waiting.labels(name).set(of_it.waiting)
            waited = max(0.0, (now - of_it.oldest).total_seconds()) if of_it.oldest else 0
            self._hook_age.labels(name).set(waited)
            self._hook_dead.labels(name).set(of_it.dead)

    def _set(self, counts: DeliveryCounts, now: datetime) -> None:
        self._pending.set(counts.pending)
        self._age.set(max(0.0, (now - counts.oldest).total_seconds()) if counts.oldest else 0)
        self._aside.set(counts.set_aside)
        self._ambiguous.set(counts.ambiguous)
        self._gone.set(counts.gone)


def _counted(
    uow: UnitOfWork, now: datetime
) -> tuple[DeliveryCounts, Mapping[str, WebhookCounts], Mapping[Severity, int]]:
    return uow.cards.counts(now), uow.webhooks.counts(), uow.breaches.overdue(now)
