"""Makes the files that people ask for in chat, and brings them where they want them.

A file is kept in the database, in pieces: so any replica can hand it out, and a restart loses none. What a process that
died had half written is begun again.
"""

import asyncio
import logging
import random
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from bot.alert_book import AlertBook, alert_book
from bot.alerts.conversation import Subject
from bot.alerts.errors import Busy
from bot.alerts.export import PIECE, Export, ExportState, Upload
from bot.alerts.ports import Clock, Store, UnitOfWork
from bot.delivery.export_progress import LEASE, Progress
from bot.delivery.retry import backoff
from bot.delivery.upload import UploadDelayed, Uploader, UploadRefused
from bot.loops import POLL, survived
from bot.usecases import exports
from bot.usecases.exporting import TOGETHER
from cards.export import file_name
from cards.language import Language
from cards.languages import Languages

log = logging.getLogger(__name__)

#: So many at once: one that takes a minute shall not keep everybody waiting.
ABREAST: Final = 3

#: Commits come in bursts: after a look we wait this long before the next one, in seconds.
GATHER: Final = 0.05

#: From so many alerts on, people in a 1:1 chat see how far it is; what is smaller is there at once.
WORTH_TELLING: Final = 500

#: Pieces written in one transaction.
PIECES_TOGETHER: Final = 8

#: A larger file is not made: neither the database nor OneDrive would like it.
LARGEST: Final = 250_000_000

#: Attempts, after which it is given up.
TRIES: Final = 4


class ExportWorker:
    """Claims what is due, and makes or uploads it. Its clock is for people; what it waits for is measured."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        languages: Languages,
        uploader: Uploader,
        owner: str,
        days: int,
        identity_portal: str,
        has_address: bool,
    ) -> None:
        """`days` is how far back the queue looks; `has_address`: links to Tocsin itself can be made."""
        self._store = store
        self._clock = clock
        self._languages = languages
        self._uploader = uploader
        self._owner = owner
        self._days = days
        self._identity_portal = identity_portal
        self._has_address = has_address
        self._news = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()
        self._stopping = False

    def poke(self) -> None:
        """There may be something to make."""
        self._news.set()

    async def run(self) -> None:
        """Work until `stop`. An error of one round is logged; the next round tries again."""
        while not self._stopping:
            self._news.clear()
            wait = await survived(self._round, "exporting")
            await asyncio.sleep(min(GATHER, wait))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), timeout=wait)

    async def stop(self) -> None:
        """Leave everything as it is for whoever comes next."""
        self._stopping = True
        self.poke()
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        with suppress(Busy):
            await self._store.write(lambda uow: uow.exports.release(self._owner))

    async def tidy(self) -> None:
        """Files that have expired go; what Teams did not take is got at in another way."""
        now = self._clock()
        if await self._store.read(exports.unasked):
            await self._store.write(lambda uow: exports.go_without(uow, now, has_address=self._has_address))
        while await self._store.read(lambda uow: bool(uow.exports.expired(now, limit=1))):
            await self._store.write(lambda uow: exports.expire_due(uow, now))

    async def forget(self) -> None:
        """What is long ago is not known any more."""
        now = self._clock()
        await self._store.write(lambda uow: uow.exports.forget_before(now - exports.TRAIL_KEPT))

    async def _round(self) -> float:
        now, room = self._clock(), ABREAST - len(self._under_way)
        due = await self._store.read(lambda uow: uow.exports.next_due()) if room > 0 else None
        if due is None or due > now:
            return POLL
        taken = await self._store.write(
            lambda uow: uow.exports.claim(now, owner=self._owner, lease=LEASE, limit=room)
        )  # fmt: skip
        for export in taken:
            task = asyncio.create_task(self._work(export), name=f"export {export.id}")
            self._under_way.add(task)
            task.add_done_callback(self._done)
        return 0.05 if taken else POLL

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self.poke()
        if not task.cancelled() and task.exception() is not None:
            log.error("%s failed", task.get_name(), exc_info=task.exception())

    async def _work(self, export: Export) -> None:
        if export.attempt > TRIES:
            # Whoever had it never said a word: it may be what ends them.
            await self._end(export, ExportState.FAILED, "failed")
            return
        try:
            if export.state is ExportState.SENDING and export.upload is not None:
                await self._send(export, export.upload)
            else:
                await self._make(export)
        except UploadDelayed as delayed:
            await self._later(export, str(delayed), delayed.wait)
        except UploadRefused as refused:
            log.warning("export %d was not taken: %s", export.id, refused)
            await self._end(export, ExportState.FAILED, refused.why)
        except (Busy, OSError) as error:
            # A full disk, or a database that is busy: it may pass.
            await self._later(export, f"{type(error).__name__}: {error}", None)

    # Making the file.

    async def _make(self, export: Export) -> None:
        now = self._clock()
        numbers = await self._store.read(lambda uow: exports.begin(uow, export, now, days=self._days))
        if not numbers:
            await self._end(export, ExportState.EMPTY)
            return
        if export.is_personal and len(numbers) >= WORTH_TELLING:
            await self._store.write(lambda uow: exports.show(uow, export, now))
        telling = Progress(self._store, self._clock, self._owner, export, len(numbers))
        lang = await self._store.read(lambda uow: self._languages.there(export.conversation, uow.people))
        with tempfile.TemporaryDirectory(prefix="tocsin-export-") as folder:
            file = Path(folder) / file_name(export, now, lang)
            if not await telling(0, at_once=True) or not await self._write(export, numbers, file, lang, telling):
                return
            await self._keep(export, file, telling)

    async def _write(
        self, export: Export, numbers: Sequence[int], file: Path, lang: Language, telling: Progress
    ) -> bool:
        """False where it was stopped."""
        with ExitStack() as stack:
            book: AlertBook = stack.enter_context(alert_book(file, lang, identity_portal=self._identity_portal))
            for start in range(0, len(numbers), TOGETHER):
                load = partial(
                    exports.some,
                    export=export,
                    numbers=numbers[start : start + TOGETHER],
                    now=self._clock(),
                    alone=book.alone,
                )
                batch = await self._store.read(load)
                # Beside the loop: presses are answered meanwhile.
                await asyncio.to_thread(book.add, batch)
                telling.written += len(batch.alerts)
                telling.services |= {told.view.alert.service_source for told in batch.alerts}
                if not await telling(min(start + TOGETHER, len(numbers))):
                    return False
            await asyncio.to_thread(stack.close)
        return True

    async def _keep(self, export: Export, file: Path, telling: Progress) -> None:
        size = (await asyncio.to_thread(file.stat)).st_size
        if not telling.written:
            await self._end(export, ExportState.EMPTY)
            return
        if size > LARGEST:
            await self._end(export, ExportState.FAILED, "tooLarge")
            return
        await self._store.write(lambda uow: uow.exports.forget_pieces(export.id))
        first = 0
        while pieces := await asyncio.to_thread(_pieces, file, first):
            add = partial(self._add, export=export, telling=telling, first=first, pieces=pieces)
            if not await self._store.write(add):
                return
            first += len(pieces)
        now = self._clock()

        def made(uow: UnitOfWork) -> bool:
            done = uow.exports.made(
                export,
                owner=self._owner,
                name=file.name,
                size=size,
                services=telling.services - {""},
                until=now + exports.KEPT,
            )
            if done:
                exports.made(uow, uow.exports.get(export.id), now)
            else:
                uow.exports.forget_pieces(export.id)
            return done

        if await self._store.write(made):
            log.info("export %d: %s took %d alerts (%s)", export.id, export.person_name, telling.written, file.name)

    def _add(self, uow: UnitOfWork, *, export: Export, telling: Progress, first: int, pieces: Sequence[bytes]) -> bool:
        """False where it is another's meanwhile."""
        done = telling.written
        if not uow.exports.progress(export, owner=self._owner, lease=LEASE, done=done, total=done):
            return False
        uow.exports.add_pieces(export.id, first, pieces)
        return True

    # Bringing it there.

    async def _send(self, export: Export, upload: Upload) -> None:
        async def piece(number: int) -> bytes:
            return await self._store.read(lambda uow: uow.exports.piece(export.id, number))

        async def heard(_arrived: int) -> bool:
            done, total = export.total, export.total
            return await self._store.write(
                lambda uow: uow.exports.progress(export, owner=self._owner, lease=LEASE, done=done, total=total)
            )

        self._uploader.check(upload.content_url)
        if not await self._uploader.upload(upload.url, export.size, piece, heard, again=export.attempt > 1):
            return
        now = self._clock()
        there = Upload("", upload.content_url, upload.name, upload.unique_id, upload.file_type)

        def sent(uow: UnitOfWork) -> None:
            if uow.exports.sent(export, owner=self._owner, upload=there):
                exports.show(uow, export, now, Subject.FILE)
                exports.told(uow, export, now)

        await self._store.write(sent)
        log.info("export %d: %s is in the OneDrive of %s", export.id, export.name, export.person_name)

    # When it does not go well.

    async def _later(self, export: Export, why: str, wait: timedelta | None) -> None:
        log.warning("export %d waits: %s", export.id, why)
        if export.attempt >= TRIES:
            await self._end(export, ExportState.FAILED, "upload" if export.state is ExportState.SENDING else "failed")
            return
        until = self._clock() + (wait or backoff(export.attempt, chance=random.random()))  # noqa: S311 - jitter
        await self._recorded(lambda uow: uow.exports.delay(export, owner=self._owner, until=until, why=why))

    async def _end(self, export: Export, state: ExportState, why: str = "") -> None:
        now = self._clock()

        def end(uow: UnitOfWork) -> None:
            if uow.exports.end(export, state, owner=self._owner, why=why):
                exports.ended(uow, export, now)

        await self._recorded(end)

    async def _recorded(self, work: Callable[[UnitOfWork], None]) -> None:
        """What is not written is found out again when its lease is over."""
        with suppress(Busy):
            await self._store.write(work)


def _pieces(file: Path, first: int) -> list[bytes]:
    with file.open("rb") as stream:
        stream.seek(first * PIECE)
        return [data for _ in range(PIECES_TOGETHER) if (data := stream.read(PIECE))]
