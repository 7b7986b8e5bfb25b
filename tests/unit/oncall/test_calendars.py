"""Calendars as services of being on call export them, and what is none: it neither crashes nor hangs."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.alerts.oncall import Shift
from bot.sources.calendars import BadCalendar, Parsed, read_calendar

SINCE, UNTIL = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def calendar(*events: str, head: str = "") -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *filter(None, [head])]
    for event in events:
        lines += ["BEGIN:VEVENT", *event.strip().splitlines(), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def read(*events: str, head: str = "", level: int = 0) -> Parsed:
    return read_calendar(calendar(*events, head=head), since=SINCE, until=UNTIL, zone="Europe/Berlin", level=level)


def who(found: Parsed) -> list[str]:
    return [shift.who for shift in found.shifts]


def test_single_shifts_by_attendee_and_by_summary() -> None:
    found = read(
        "UID:1\nDTSTART:20260302T080000Z\nDTEND:20260309T080000Z\nSUMMARY:On Call - Ana Alvarez - SOC primary",
        "UID:2\nDTSTART:20260309T080000Z\nDURATION:P7D\nSUMMARY:Primary\nATTENDEE:mailto:bo@contoso.example",
        "UID:3\nDTSTART;VALUE=DATE:20260316\nSUMMARY:[L2] chidi.cole",
        "UID:4\nDTSTART:20260316T080000\nDTEND:20260317T080000\nSUMMARY:Ana Alvarez / Bo Berg",
    )
    assert who(found) == ["Ana Alvarez - SOC primary", "bo@contoso.example", "chidi.cole", "Ana Alvarez", "Bo Berg"]
    assert found.shifts[0] == Shift(
        who="Ana Alvarez - SOC primary",
        starts_at=datetime(2026, 3, 2, 8, tzinfo=UTC),
        ends_at=datetime(2026, 3, 9, 8, tzinfo=UTC),
    )
    assert found.shifts[2].level == 1
    assert found.shifts[2].starts_at == datetime(2026, 3, 15, 23, tzinfo=UTC), "all day, where the rota is"
    assert found.shifts[3].starts_at == datetime(2026, 3, 16, 7, tzinfo=UTC), "a time without a zone is the rota's"
    assert found.note == ""


def test_recurring_shifts_stay_at_the_wall_time_over_a_change_of_clocks() -> None:
    found = read(
        "UID:1\nDTSTART;TZID=America/New_York:20260102T170000\nDTEND;TZID=America/New_York:20260103T080000\n"
        "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=FR,SA;WKST=MO\nSUMMARY:Ana Alvarez\n"
        "EXDATE;TZID=America/New_York:20260327T170000"
    )
    zone = ZoneInfo("America/New_York")
    assert {shift.starts_at.astimezone(zone).hour for shift in found.shifts} == {17}
    assert {shift.ends_at.astimezone(zone).hour for shift in found.shifts} == {8}
    days = [shift.starts_at.astimezone(zone).date().isoformat() for shift in found.shifts]
    assert days[:3] == ["2026-02-28", "2026-03-13", "2026-03-14"]
    assert "2026-03-27" not in days
    assert {"2026-03-28", "2026-04-10"} <= set(days)


def test_a_changed_a_cancelled_and_an_added_occurrence() -> None:
    found = read(
        "UID:1\nDTSTART:20260302T080000Z\nDTEND:20260302T200000Z\nRRULE:FREQ=DAILY;COUNT=4\nSUMMARY:Ana\n"
        "RDATE:20260401T080000Z",
        "UID:1\nRECURRENCE-ID:20260303T080000Z\nDTSTART:20260303T100000Z\nDTEND:20260303T200000Z\nSUMMARY:Bo",
        "UID:1\nRECURRENCE-ID:20260304T080000Z\nDTSTART:20260304T080000Z\nDTEND:20260304T200000Z\nSUMMARY:x\n"
        "STATUS:CANCELLED",
    )
    assert [(shift.who, shift.starts_at.day, shift.starts_at.hour) for shift in found.shifts] == [
        ("Ana", 2, 8),
        ("Bo", 3, 10),
        ("Ana", 5, 8),
        ("Ana", 1, 8),
    ]


def test_a_zone_of_the_calendar_declined_attendees_and_the_level_of_its_place() -> None:
    found = read(
        "UID:1\nDTSTART:20260302T080000\nDTEND:20260303T080000\nSUMMARY:Night\n"
        "ATTENDEE;PARTSTAT=DECLINED:mailto:ana@contoso.example\nATTENDEE:MAILTO:bo@contoso.example",
        head="X-WR-TIMEZONE:Asia/Kathmandu",
        level=1,
    )
    assert [(shift.who, shift.level, shift.starts_at) for shift in found.shifts] == [
        ("bo@contoso.example", 1, datetime(2026, 3, 2, 2, 15, tzinfo=UTC))
    ]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY",
        "FREQ=DAILY;BYHOUR=1,2,3",
        "FREQ=YEARLY;BYWEEKNO=20",
        "FREQ=WEEKLY;BYDAY=9MO",
        "FREQ=DAILY;BYSETPOS=30",
        "FREQ=NEVER",
    ],
)
def test_recurring_that_is_not_understood_is_named_and_the_rest_counts(rule: str) -> None:
    found = read(
        f"UID:1\nDTSTART:20260302T080000Z\nDTEND:20260302T200000Z\nRRULE:{rule}\nSUMMARY:Odd one",
        "UID:2\nDTSTART:20260302T080000Z\nDTEND:20260302T200000Z\nSUMMARY:Ana",
    )
    assert who(found)[-1] == "Ana"
    assert "Odd one" in found.note or "could not be read" in found.note


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;INTERVAL=1;COUNT=2000000000",
        "FREQ=MONTHLY;BYDAY=1MO;BYSETPOS=5",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
        "FREQ=DAILY;UNTIL=99991231T000000Z",
        "FREQ=DAILY;INTERVAL=0",
    ],
)
def test_rules_that_never_end_or_never_hold_take_no_time(rule: str) -> None:
    begun = time.perf_counter()
    read(f"UID:1\nDTSTART:19700101T080000Z\nDTEND:19700101T200000Z\nRRULE:{rule}\nSUMMARY:Ana")
    assert time.perf_counter() - begun < 5


@pytest.mark.parametrize(
    "body", [b"", b"hello", b"<html>", b"BEGIN:VCALENDAR", b"\xff\xfe\x00", b"BEGIN:VEVENT\nEND:X"]
)
def test_what_is_no_calendar_is_called_so(body: bytes) -> None:
    with pytest.raises(BadCalendar, match="no iCalendar file"):
        read_calendar(body, since=SINCE, until=UNTIL, zone="UTC")


def test_an_event_without_sense_does_not_spoil_the_others() -> None:
    found = read(
        "UID:1\nSUMMARY:No time",
        "UID:2\nDTSTART:20260302T080000Z\nDTEND:20260301T080000Z\nSUMMARY:Backwards",
        "UID:3\nDTSTART:20260302T080000Z\nDTEND:20260303T080000Z",
        "UID:4\nDTSTART;TZID=Mars/Base:20260302T080000\nDTEND;TZID=Mars/Base:20260303T080000\nSUMMARY:Ana",
    )
    assert "Ana" in who(found)
    assert "3 events could not be read" in found.note
    with pytest.raises(BadCalendar, match="more than 5000"):
        read(*["UID:1\nDTSTART:20260302T080000Z\nSUMMARY:x"] * 5_001)


GOOD = calendar(
    "UID:1\nDTSTART;TZID=Europe/Berlin:20260302T080000\nDTEND;TZID=Europe/Berlin:20260303T080000\n"
    "RRULE:FREQ=WEEKLY;BYDAY=MO,FR;COUNT=9;INTERVAL=2\nEXDATE:20260306T070000Z\nSUMMARY:[L2] On call: Ana\n"
    "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@contoso.example",
    "UID:1\nRECURRENCE-ID:20260316T070000Z\nDTSTART:20260316T100000Z\nDURATION:PT9H\nSUMMARY:Bo",
)
EDITS = st.lists(
    st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 6), st.binary(max_size=6)), min_size=1, max_size=6
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(EDITS)
def test_a_calendar_with_anything_in_it_is_read_or_refused_soon(edits: list[tuple[int, int, bytes]]) -> None:
    body = bytearray(GOOD)
    for place, cut, put in edits:
        body[place : place + cut] = put
    begun = time.perf_counter()
    try:
        found = read_calendar(bytes(body), since=SINCE, until=UNTIL, zone="Europe/Berlin")
    except BadCalendar:
        return
    finally:
        assert time.perf_counter() - begun < 5
    assert all(shift.starts_at < shift.ends_at and shift.who for shift in found.shifts)


def test_many_rules_that_never_come_true_keep_nobody_busy_for_long() -> None:
    rule = "RRULE:FREQ=MONTHLY;BYDAY=MO;BYSETPOS=20"
    events = [f"UID:{n}\nDTSTART:20260101T080000Z\nDTEND:20260101T200000Z\n{rule}\nSUMMARY:Ana" for n in range(60)]
    begun = time.perf_counter()
    with pytest.raises(BadCalendar, match="takes longer"):
        read(*events)
    assert time.perf_counter() - begun < 12


NUMBER = st.integers(-40, 400).map(str)
PARTS = st.dictionaries(
    st.sampled_from(["INTERVAL", "COUNT", "BYMONTH", "BYMONTHDAY", "BYSETPOS", "BYDAY", "WKST", "UNTIL"]),
    st.lists(NUMBER, min_size=1, max_size=3).map(",".join)
    | st.sampled_from(["MO", "-1SU,2TU", "20260401T000000Z", "20260401", "x"]),
    max_size=5,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY", "HOURLY"]), PARTS)
def test_any_rule_is_expanded_or_left_out_soon(often: str, parts: dict[str, str]) -> None:
    rule = ";".join([f"FREQ={often}", *(f"{name}={value}" for name, value in parts.items())])
    begun = time.perf_counter()
    found = read(f"UID:1\nDTSTART:20260101T080000Z\nDTEND:20260101T200000Z\nRRULE:{rule}\nSUMMARY:Ana")
    assert time.perf_counter() - begun < 5
    assert all(shift.ends_at > SINCE and shift.starts_at < UNTIL for shift in found.shifts)
