"""Which alerts belong together, as a stream goes by."""

import gzip
import itertools
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.alerts.evidence import Evidence
from bot.alerts.grouping import (
    FOLLOWED,
    WINDOW,
    Follower,
    Newcomer,
    Relation,
    Thing,
    Trace,
    read_reason,
    things_of,
)
from tests.eval.grouping_adapter import Grouping

START = datetime(2026, 11, 21, 3, tzinfo=UTC)
Event = tuple[float, str, str]


def stream(events: Iterable[Event], *, routine: frozenset[str] = frozenset()) -> list[int | None]:
    """The incident of each of some alerts, given as second, type and host."""
    follower, incidents = Follower(), itertools.count(1)
    groups: list[int | None] = []
    for number, (second, kind, host) in enumerate(events):
        at = START + timedelta(seconds=second)
        thing = Thing("device", host, host)
        usual = frozenset({host}) if kind in routine else frozenset()
        one = Newcomer(alert=number, alert_type=kind, first=at, last=at, things=(thing,), routine=usual)
        incident, relation = follower.follow(one, lambda _relation: next(incidents))
        groups.append(incident)
        if relation is not None:
            groups[relation.alert] = incident
    return groups


def test_the_second_alert_on_a_quiet_host_has_minutes_and_elsewhere_none() -> None:
    assert stream([(0, "a", "web"), (240, "b", "web"), (241, "c", "db")]) == [1, 1, None]
    assert stream([(0, "a", "web"), (301, "b", "web")]) == [None, None]


def test_on_a_host_with_an_alert_a_minute_two_within_some_seconds_are_chance() -> None:
    usual: list[Event] = [(120.0 * place, f"t{place}", "mail") for place in range(60)]
    last = 59 * 120
    assert stream([*usual, (last + 30, "odd", "mail")])[-1] is None
    assert stream([*usual, (last + 5, "odd", "mail")])[-1] is not None


def test_what_goes_on_all_day_is_no_burst_and_makes_no_endless_incident() -> None:
    groups = stream((60.0 * place, f"t{place}", "mail") for place in range(300))
    assert set(groups[100:]) == {None}


def test_a_burst_is_over_when_the_silence_is_longer_than_its_rhythm() -> None:
    burst: list[Event] = [(second, f"t{second}", "web") for second in range(6)]
    assert stream([*burst, (13 - 0.1, "x", "web"), (30, "y", "web")]) == [1] * 7 + [None]


def test_where_alerts_pour_in_only_the_same_type_goes_together() -> None:
    flood: list[Event] = [(place / 20, "scan", "web") for place in range(2 * WINDOW)]
    groups = stream([*flood, (2.01, "sudo", "web"), (2.02, "scan", "web"), (2.03, "sudo", "web")])
    assert set(groups[: 2 * WINDOW]) == {1}
    assert groups[-3:] == [2, 1, 2]


def test_what_comes_hour_after_hour_keeps_apart_from_what_is_unusual() -> None:
    events: list[Event] = [(0, "backup", "web"), (1, "theft", "web"), (2, "backup", "web"), (3, "spread", "web")]
    assert stream(events, routine=frozenset({"backup"})) == [1, 2, 1, 2]


def test_an_alert_of_long_ago_that_comes_late_does_not_join_what_goes_on_now() -> None:
    assert stream([(86_400, "a", "web"), (0, "b", "web"), (86_401, "c", "web")]) == [1, None, 1]


def test_a_source_s_incident_takes_others_in_and_is_never_left() -> None:
    follower = Follower()
    thing = Thing("user", "user:eve", "eve")
    mine = Newcomer(alert=1, alert_type="a", first=START, last=START, things=(thing,), incident=28)
    later = Newcomer(alert=2, alert_type="b", first=START, last=START, things=(thing,))
    other = Newcomer(alert=3, alert_type="b", first=START, last=START, things=(thing,), incident=29)

    def never(_relation: Relation) -> int:
        raise AssertionError("there is one")

    assert follower.follow(mine, never) == (28, None)
    incident, relation = follower.follow(later, never)
    assert (incident, relation and relation.alert) == (28, 1)
    assert follower.follow(other, never) == (29, None)


def test_nothing_joins_a_group_that_is_over_and_done_with() -> None:
    done = Trace(alert=1, alert_type="a", first=START, last=START, incident=5, is_open=False)
    follower = Follower([(("h", ""), done), (("h", "a"), done)])
    one = Newcomer(alert=2, alert_type="a", first=START, last=START, things=(Thing("device", "h", "h"),))
    assert follower.follow(one, lambda _relation: 9) == (None, None)


def test_the_reason_names_what_is_shared_and_how_close_it_was() -> None:
    relation = Relation(1, None, Thing("device", "device:web-1", "web 1 x"), timedelta(seconds=9.2))
    assert read_reason(relation.reason) == (timedelta(seconds=10), "device", "web 1 x")
    for other in ("", "sameActor", "shared x device y", "shared 3 device"):
        assert read_reason(other) is None


def test_broad_things_and_the_many_pieces_of_one_alert_do_not_count() -> None:
    pieces = [Evidence("service", "service:x", "x"), *(Evidence("ip", f"ip:{n}", str(n)) for n in range(5_000))]
    assert len(things_of(pieces)) == FOLLOWED
    assert things_of([Evidence("file", "file:a", "a"), Evidence("device", "device:b", "b")])[0].kind == "device"


@example([(0, "a", "web")] * 5 + [(7, "a", "web"), (15, "a", "web")])
@given(st.lists(st.tuples(st.integers(0, 50), st.sampled_from("abc"), st.sampled_from(["web", "db"])), max_size=80))
def test_a_follower_that_is_begun_anew_goes_on_alike(events: list[tuple[int, str, str]]) -> None:
    """A restart changes nothing: what is remembered in the windows is all that counts."""
    ordered = sorted(events)
    whole, anew = Follower(), Follower()
    incidents, others = itertools.count(1), itertools.count(1)
    kept: dict[tuple[str, str], list[Trace]] = {}
    for number, (second, kind, host) in enumerate(ordered):
        at = START + timedelta(seconds=second)
        one = Newcomer(alert=number, alert_type=kind, first=at, last=at, things=(Thing("device", host, host),))
        went = whole.follow(one, lambda _relation: next(incidents))
        remembered = [(place, trace) for place, traces in kept.items() for trace in traces[:WINDOW]]
        anew = Follower(remembered)
        goes = anew.follow(one, lambda _relation: next(others))
        assert goes == went
        incident, relation = goes
        if relation is not None:
            for traces in kept.values():
                traces[:] = [
                    Trace(alert=t.alert, alert_type=t.alert_type, first=t.first, last=t.last, incident=incident)
                    if t.alert == relation.alert
                    else t
                    for t in traces
                ]
        trace = Trace(alert=number, alert_type=kind, first=at, last=at, incident=incident)
        for place in ((host, ""), (host, kind)):
            kept.setdefault(place, []).insert(0, trace)


_DATA = Path(__file__).parents[3] / ".." / "shared" / "data" / "ait_ads"


@pytest.mark.skipif(not _DATA.is_dir(), reason="the public alert data set is not here")
def test_a_recorded_attack_stays_together_and_the_noise_outside() -> None:
    with gzip.open(_DATA / "shaw.jsonl.gz", "rt") as lines:
        rows = [json.loads(line) for line in lines]
    rows = rows[-20_000:]
    groups = Grouping().group(rows)
    for step in ("attacker_change_user", "escalated_sudo_command", "dirb"):
        members = [group for group, row in zip(groups, rows, strict=True) if row["label"] == step]
        if members:
            assert max(members.count(group) for group in set(members)) >= 0.9 * len(members)
