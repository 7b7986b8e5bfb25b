"""How a database is, seen from outside: for whoever sets the program up."""

import shutil
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.exc import DBAPIError

from bot.alerts.errors import Busy
from storage import postgresql
from storage.schema import version
from storage.store import AnyStore
from storage.url import file_of, is_sqlite, parse
from storage.versions import HEAD, KNOWN


class Trouble(StrEnum):
    UNREACHABLE = "unreachable"
    SIGN_IN = "signIn"
    NO_DATABASE = "noDatabase"
    NOT_OURS = "notOurs"
    NOT_MIGRATED = "notMigrated"
    TOO_NEW = "tooNew"
    NO_WRITES = "noWrites"


@dataclass(frozen=True, slots=True)
class Checkup:
    """`free` is what the disk of an SQLite file has left, in bytes; a server's is not seen from here."""

    kind: str
    version: str | None = None
    trouble: Trouble | None = None
    why: str = ""
    free: int | None = None


#: By how their SQLSTATE begins: no such user or wrong password, no such database.
_STATES = {"28": Trouble.SIGN_IN, "3D": Trouble.NO_DATABASE, "42501": Trouble.SIGN_IN}


async def check_up(url: str, store: AnyStore) -> Checkup:
    """Whether it is there, is ours, is up to date, and takes writes. `store` is open on it. Raises BadDatabaseUrl."""
    parsed = parse(url)
    file = file_of(parsed) if is_sqlite(parsed) else None
    kind = "PostgreSQL" if file is None else "SQLite"
    # The nearest folder that there is, where nobody has made the file's yet.
    folder = next((each for each in file.absolute().parents if each.exists()), None) if file is not None else None
    try:
        free = shutil.disk_usage(folder).free if folder is not None else None
    except OSError:
        free = None
    try:
        stored = await version(url)
        if stored == HEAD:
            await store.healthy()
    except (Busy, *postgresql.TROUBLES) as error:
        return Checkup(kind, None, _trouble(error, is_file=file is not None), _words(error), free)
    if stored != HEAD:
        too_new = stored is not None and stored not in KNOWN
        return Checkup(kind, stored, Trouble.TOO_NEW if too_new else Trouble.NOT_MIGRATED, "", free)
    return Checkup(kind, stored, None, "", free)


def _cause(error: BaseException) -> BaseException:
    while isinstance(error.__cause__, BaseException) and isinstance(error, Busy):
        error = error.__cause__
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error


def _trouble(error: BaseException, *, is_file: bool) -> Trouble:
    cause = _cause(error)
    state = str(getattr(cause, "sqlstate", None) or "")
    if is_file:
        return Trouble.NOT_OURS if getattr(cause, "sqlite_errorname", "") == "SQLITE_NOTADB" else Trouble.NO_WRITES
    if found := next((trouble for begins, trouble in _STATES.items() if state.startswith(begins)), None):
        return found
    reachable = bool(state) or (isinstance(error, Busy) and error.__cause__ is None)
    return Trouble.NO_WRITES if reachable and not state.startswith("08") else Trouble.UNREACHABLE


def _words(error: BaseException) -> str:
    """The first line of what the driver says, without the statement."""
    cause = _cause(error)
    said = str(cause).strip().splitlines()
    return (said[0] if said else type(cause).__name__)[:200]
