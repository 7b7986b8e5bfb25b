"""The database cannot take it, the short form: refused honestly, answered in time, and working again by itself."""

import pytest

from tests.chaos.ground import Ground
from tests.chaos.trouble import endures_shortly


@pytest.mark.parametrize(("name", "seconds"), [("locked", 2.5), ("full", 1.0)])
async def test_sqlite_that_cannot_be_written(on_sqlite: Ground, name: str, seconds: float) -> None:
    figures = await endures_shortly(on_sqlite, name, seconds)
    assert figures["refused"] >= 1
    assert figures["busy"] >= 1


@pytest.mark.parametrize(("name", "seconds"), [("stopped", 2.5), ("restarted", 0.0), ("frozen", 4.5)])
async def test_postgresql_that_goes_away(own_postgres: Ground, name: str, seconds: float) -> None:
    figures = await endures_shortly(own_postgres, name, seconds)
    assert figures["kept"] >= 2, "it works again"
    if seconds:
        assert figures["busy"] >= 1
