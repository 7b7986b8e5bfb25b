"""What stands at Alertmanager as it is kept, on both databases."""

from dataclasses import replace

from bot.alerts.ports import UnitOfWork
from bot.alerts.standing_silences import Matcher, Standing
from storage.store import AnyStore
from tests.unit.storage.made import MINUTE, NOW

LATER = Standing(
    external_id="later",
    matchers=(Matcher("alertname", "=~", "Disk.*"),),
    author="hugo",
    comment="why",
    begins_at=NOW,
    ends_at=NOW + 60 * MINUTE,
    link="https://x",
)
SOONER = replace(LATER, external_id="sooner", ends_at=NOW + MINUTE, matchers=())


async def test_what_it_tells_takes_the_place_of_what_it_told(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        kept = uow.standing_silences
        kept.keep([LATER, SOONER])
        assert list(kept.all(NOW)) == [SOONER, LATER]
        assert list(kept.all(NOW + MINUTE)) == [LATER]
        longer = replace(LATER, ends_at=NOW + 90 * MINUTE)
        kept.keep([longer])
        assert list(kept.all(NOW)) == [longer]
        assert kept.get("sooner") is None
        kept.keep([])
        assert list(kept.all(NOW)) == []

    await store.write(work)


async def test_what_is_being_lifted_goes_on_being_lifted_while_it_tells_of_it(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        kept = uow.standing_silences
        kept.keep([LATER, SOONER])
        assert list(kept.to_lift(NOW, limit=9)) == []
        kept.want_lifted("later", "Bo", NOW)
        (due,) = kept.to_lift(NOW, limit=9)
        assert (due.external_id, due.lifted_by, due.attempt) == ("later", "Bo", 0)
        kept.take("later", NOW + MINUTE)
        kept.keep([LATER, SOONER])
        assert list(kept.to_lift(NOW, limit=9)) == []
        (again,) = kept.to_lift(NOW + MINUTE, limit=9)
        assert again.attempt == 1
        kept.later("later", NOW + 2 * MINUTE, "503")
        assert [(one.external_id, one.why) for one in kept.to_lift(NOW + 2 * MINUTE, limit=9)] == [("later", "503")]
        kept.stays("later", "400 no")
        assert list(kept.to_lift(NOW + 9 * MINUTE, limit=9)) == []
        found = kept.get("later")
        assert found is not None
        assert (found.lifted_by, found.why) == ("", "400 no")
        kept.gone("later")
        assert list(kept.all(NOW)) == [SOONER]

    await store.write(work)
