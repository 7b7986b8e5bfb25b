"""What sources call things: rows by such an id, whichever source it is of."""

from collections.abc import Collection, Iterator

from sqlalchemy import Connection, Table, func, select


def called(on: Connection, table: Table, ids: Collection[str]) -> list[int]:
    """The numbers of rows that any source calls so, lowest first.

    Sources are few, and the index that serves is by source first: so it is asked for each of them.
    """
    wanted = sorted(set(ids))
    found: list[int] = []
    for source in _sources(on, table):
        query = select(table.c.number).where(table.c.source == source, table.c.external_id.in_(wanted))
        found += on.execute(query).scalars()
    return sorted(found)


def _sources(on: Connection, table: Table) -> Iterator[str]:
    """From one to the next by the index, without a look at all rows."""
    source: str | None = ""
    while (source := on.execute(select(func.min(table.c.source)).where(table.c.source > source)).scalar()) is not None:
        yield source
