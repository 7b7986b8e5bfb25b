"""What is secret is not shown, whoever wrote the text that it is in."""

from bot.doctor.database import _room
from bot.doctor.finding import State
from bot.doctor.hiding import hide, secrets_of
from storage.checkup import Checkup

ENVIRONMENT = {
    "MicrosoftAppId": "visible-app",
    "MicrosoftAppPassword": "s3cret",
    "TOCSIN_SOURCE_GRAPH_TOKEN": "first-token second-token",
    "TOCSIN_DATABASE_URL": "postgresql://ana:p%40ssword@host/tocsin",
    "TOCSIN_ROTA_SOC": "https://cal.example/a.ics?key=1234 webcal://cal.example/b.ics",
    "TOCSIN_ALERTMANAGER_PASSWORD": "s3cret-and-more",
    "TOCSIN_GRAPH_CLIENT_STATE": "state-of-client",
}


def test_every_kind_of_secret_is_hidden_and_nothing_else() -> None:
    secrets = secrets_of(ENVIRONMENT, ["from-a-file"])
    for secret in (
        "s3cret",
        "first-token",
        "second-token",
        "p%40ssword",
        "p@ssword",
        "https://cal.example/a.ics?key=1234",
        "webcal://cal.example/b.ics",
        "s3cret-and-more",
        "state-of-client",
        "from-a-file",
    ):
        assert hide(f"<{secret}>", secrets) == "<…>", secret
    assert hide("visible-app at host/tocsin", secrets) == "visible-app at host/tocsin"


def test_a_disk_that_fills_is_told_in_time() -> None:
    mib = 1024 * 1024
    assert _room(Checkup("SQLite", free=2048 * mib)) == []
    assert [one.state for one in _room(Checkup("SQLite", free=500 * mib))] == [State.WARNING]
    (full,) = _room(Checkup("SQLite", free=20 * mib))
    assert (full.state, full.found) == (State.FAILED, "20 MiB of disk are free where the database is.")
    assert _room(Checkup("PostgreSQL")) == []
