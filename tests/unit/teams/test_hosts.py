"""The hosts that may receive the bot's token."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from bot.teams.hosts import MICROSOFT, TokenHosts


@pytest.mark.parametrize(
    "url",
    [
        "https://smba.trafficmanager.net/emea/",
        "https://smba.trafficmanager.net/amer/6f7d0f3e-51f1-4d3c-9e6c-1f2a3b4c5d6e/",
        "https://smba.trafficmanager.net",
        "https://SMBA.TrafficManager.net:443/teams",
        "HTTPS://smba.infra.gcc.teams.microsoft.com/gcc",
        "https://smba.onyx.prod.teams.trafficmanager.net/",
    ],
)
def test_microsofts_connector_is_permitted(url: str) -> None:
    assert TokenHosts().permits(url)


@pytest.mark.parametrize(
    ("entry", "permitted", "refused"),
    [
        ("teams.example", ["https://teams.example/"], ["http://teams.example/", "https://teams.example:8443/"]),
        (
            "Teams.Example:8443",
            ["https://teams.example:8443/", "http://teams.example:8443"],
            ["https://teams.example/"],
        ),
        ("teams.example:443", ["https://teams.example/"], ["http://teams.example:443/"]),
        ("localhost", ["http://localhost/", "https://localhost/"], ["http://localhost:3979/", "http://127.0.0.1/"]),
        ("127.0.0.1:3979", ["http://127.0.0.1:3979/teams/"], ["http://localhost:3979/", "http://127.0.0.1/"]),
        ("[::1]:3979", ["http://[::1]:3979/"], ["http://[::1]/", "http://[::2]:3979/"]),
        (" 10.0.0.7 ", ["https://10.0.0.7/"], ["http://10.0.0.7/"]),
    ],
)
def test_a_named_host_is_permitted_as_named(entry: str, permitted: list[str], refused: list[str]) -> None:
    hosts = TokenHosts([entry])
    assert [url for url in permitted if not hosts.permits(url)] == []
    assert [url for url in refused if hosts.permits(url)] == []
    assert hosts.permits("https://smba.trafficmanager.net/")


@pytest.mark.parametrize(
    "entry",
    ["", "https://teams.example", "*.example", "a b", "host:", "host:0", "host:65536", "host:x", "u@host", "h/"],
)
def test_what_is_no_host_stops_the_start(entry: str) -> None:
    with pytest.raises(ValueError, match=r"is not a host|has no port"):
        TokenHosts([entry])


@pytest.mark.parametrize("url", [None, 5, b"https://smba.trafficmanager.net/", ["https://smba.trafficmanager.net/"]])
def test_what_is_no_text_is_not_permitted(url: object) -> None:
    assert not TokenHosts().permits(url)


pieces = st.sampled_from([
    "https://", "http://", "smba.trafficmanager.net", "evil", ".", "@", ":", "443", "8443", "/", "\\", "#", "?", "%2e",
    "%00", "\t", " ", "[", "]", "::1", "127.0.0.1", "\u3002", "\u0000", "emea",
])  # fmt: skip


@given(st.lists(pieces, max_size=8).map("".join))
def test_what_is_permitted_goes_to_that_host_as_the_http_client_reads_it(url: str) -> None:
    if TokenHosts().permits(url):
        read = URL(url, encoded=True)
        assert read.host in MICROSOFT
        assert (read.scheme, read.port, read.user, read.query_string) == ("https", 443, None, "")
