"""The timetable. APScheduler is only the ticker: what must happen once is made unique by the database."""

from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler


class Timetable:
    """Runs asynchronous jobs at intervals. A job that is still running is not started again."""

    def __init__(self) -> None:
        self._ticker = AsyncIOScheduler(timezone="UTC")

    def every(self, seconds: float, job: Callable[[], Awaitable[None]], *, name: str) -> None:
        """Run a job every so many seconds; an error of one run is logged by APScheduler, and the next one comes."""
        self._ticker.add_job(
            job,
            "interval",
            seconds=seconds,
            id=name,
            name=name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )

    def start(self) -> None:
        self._ticker.start()

    def stop(self) -> None:
        self._ticker.shutdown(wait=False)
