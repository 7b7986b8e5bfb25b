"""What people type, and what it means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.alerts.words import Classification
from bot.teams.grammar import PLAIN, VERBS, Command, Span, TooMany, Unknown, parse, parse_tags, parse_verdict, turned

TP, FP = Classification.TRUE_POSITIVE, Classification.FALSE_POSITIVE
EXPECTED, NOT_SET = Classification.EXPECTED, Classification.NOT_SET


def one(*numbers: int) -> tuple[Span, ...]:
    return tuple(Span(number, number) for number in numbers)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("", Command("help")),
        ("  \n", Command("help")),
        ("HELP!", Command("help")),
        ("hi", Command("help")),
        ("queue", Command("queue")),
        ("Queue: severity:high", Command("queue", rest="severity:high")),
        ("alerts", Command("queue")),
        ("mine.", Command("mine")),
        ("alert 1042", Command("alert", one(1042))),
        ("show #1042", Command("alert", one(1042))),
        ("assign 1042 me", Command("assign", one(1042), "me")),
        ("assign me", Command("assign", (), "me")),
        ("take 7", Command("assign", one(7))),
        ("resolve 4-9 expected security test", Command("resolve", (Span(4, 9),), "expected security test")),
        ("resolve 9-4", Command("resolve", (Span(4, 9),))),
        ("resolve 4 - 9", Command("resolve", (Span(4, 9),))),
        ("resolve 4–9", Command("resolve", (Span(4, 9),))),
        ("resolve #4-#9, 12;13 fp", Command("resolve", (Span(4, 9), *one(12, 13)), "fp")),
        ("resolve 4,5,6 fp", Command("resolve", one(4, 5, 6), "fp")),
        ("resolve 4 5 6 fp", Command("resolve", one(4, 5, 6), "fp")),
        ("close\u00a04 fp", Command("resolve", one(4), "fp")),
        ("&nbsp;resolve&nbsp;4", Command("resolve", one(4))),
        (
            "comment 7 line one\nline two\n\n  line four",
            Command("comment", one(7), "line one\nline two\n\n  line four"),
        ),
        ("comment\n7\ntext", Command("comment", one(7), "text")),
        ("comment 7: text", Command("comment", one(7), "text")),
        ("comment 7 3 hosts are down", Command("comment", one(7), "3 hosts are down")),
        ("comment 7, 3 hosts are down", Command("comment", one(7), "3 hosts are down")),
        ("comment 7 9-5 shift", Command("comment", one(7), "9-5 shift")),
        ("comment 7,8 text", Command("comment", one(7, 8), "text")),
        ("comment 9:30 it began", Command("comment", (), "9:30 it began")),
        ("comment 7 - looks fine", Command("comment", one(7), "- looks fine")),
        ("tag 12 +vip -lab", Command("tag", one(12), "+vip -lab")),
        ("tag 12 2026", Command("tag", one(12), "2026")),
        ("link 1042 28", Command("link", one(1042), "28")),
        ("link 4-6 28", Command("link", (Span(4, 6),), "28")),
        ("link 1042 to incident 12", Command("link", one(1042), "to incident 12")),
        ("start 1234567890123456", Command("start", (), "1234567890123456")),
        ("undo", Command("undo")),
    ],
)
def test_what_is_understood(text: str, command: Command) -> None:
    assert parse(text) == command


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("comment 3 hosts are down", Command("comment", (), "3 hosts are down")),
        ("comment 3, 4 and 5 are down", Command("comment", (), "3, 4 and 5 are down")),
        ("comment 9-5 shift", Command("comment", (), "9-5 shift")),
        ("tag 2026", Command("tag", (), "2026")),
        ("comment #3 hosts are down", Command("comment", one(3), "hosts are down")),
        ("comment 3: hosts are down", Command("comment", one(3), "hosts are down")),
        ("comment #3,4 down", Command("comment", one(3, 4), "down")),
        ("resolve 3 fp", Command("resolve", one(3), "fp")),
        ("link 3 28", Command("link", one(3), "28")),
    ],
)
def test_in_the_thread_of_an_alert_a_bare_number_belongs_to_the_words(text: str, command: Command) -> None:
    assert parse(text, in_thread=True) == command


@pytest.mark.parametrize(
    ("text", "nearest"),
    [("reslove 5", "resolve 5"), ("asign 5", "assign 5"), ("hlep", "help"), ("coment 5 x", "comment 5 x")],
)
def test_a_typing_error_is_unknown_with_what_it_looks_like(text: str, nearest: str) -> None:
    unknown = parse(text)
    assert isinstance(unknown, Unknown)
    assert unknown.nearest[0] == nearest


def test_what_looks_like_nothing_is_unknown_without_a_guess() -> None:
    assert parse("xyzzy 5") == Unknown("xyzzy")


def test_one_command_names_at_most_fifty_alerts() -> None:
    assert parse("resolve 1-50") == Command("resolve", (Span(1, 50),))
    assert parse("resolve 1-51") == TooMany(51)
    assert parse("resolve 1-999999999999999") == TooMany(999_999_999_999_999)
    assert parse("resolve 1-50 99") == TooMany(51)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("fp", (FP, "")),
        ("FP not malicious", (FP, "notMalicious")),
        ("fp: not malicious", (FP, "notMalicious")),
        ("false positive, notMalicious", (FP, "notMalicious")),
        ("fp clean", (FP, "notMalicious")),
        ("fp not enough data", (FP, "notEnoughDataToValidate")),
        ("tp malware", (TP, "malware")),
        ("true positive phishing", (TP, "phishing")),
        ("tp multi-staged", None),
        ("tp multistaged attack", (TP, "multiStagedAttack")),
        ("true alert", (TP, "")),
        ("expected security test", (EXPECTED, "securityTesting")),
        ("expected", (EXPECTED, "")),
        ("informational, expected activity confirmed", (EXPECTED, "confirmedActivity")),
        ("expected lob", (EXPECTED, "lineOfBusinessApplication")),
        ("not set", (NOT_SET, "")),
        ("none", (NOT_SET, "")),
        ("", None),
        ("maybe", None),
        ("fp malware", None),
        ("tp no", None),
        ("done, was nothing", None),
    ],
)
def test_verdicts(text: str, verdict: tuple[Classification, str] | None) -> None:
    assert parse_verdict(text) == verdict


def test_tags_are_added_unless_a_minus_takes_them_away() -> None:
    assert parse_tags("+vip -lab new, other") == (["vip", "new", "other"], ["lab"])
    assert parse_tags(" - + ") == ([], [])


@given(st.text())
def test_any_text_means_something_and_nothing_breaks(text: str) -> None:
    understood = parse(text)
    if isinstance(understood, Command):
        assert understood.verb in {*VERBS, *PLAIN}
        assert sum(span.last - span.first + 1 for span in understood.spans) <= 50
    parse_verdict(text)
    added, removed = parse_tags(text)
    assert all([*added, *removed])


@given(st.sampled_from([*VERBS]), st.lists(st.integers(0, 10**15 - 1), min_size=1, max_size=9), st.text())
def test_numbers_joined_by_commas_are_all_found_by_every_verb(verb: str, numbers: list[int], rest: str) -> None:
    wanted = rest.strip().lstrip(",;:#-–0123456789").strip()
    understood = parse(f"{verb} {','.join(map(str, numbers))} x{wanted}")
    assert isinstance(understood, Command)
    assert understood.spans == one(*numbers)
    assert understood.rest == f"x{wanted}".replace("&nbsp;", " ")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("reslove 4-9 expected security test", ("resolve 4-9 expected security test",)),
        ("clasify 12 fp", ("classify 12 fp",)),
        ("12 resolve fp", ("resolve 12 fp",)),
        ("#12 clse", ("resolve #12",)),
        ("4-9 asign ana", ("assign 4-9 ana",)),
        ("mne", ("mine",)),
        ("12 zebra", ()),
        ("12", ()),
    ],
)
def test_a_slip_is_answered_with_the_whole_command_that_may_be_meant(typed: str, meant: tuple[str, ...]) -> None:
    found = parse(typed)
    assert isinstance(found, Unknown)
    assert found.nearest[:1] == meant


def test_a_number_at_the_end_is_asked_about() -> None:
    assert turned(Command("assign", rest="ana 12")) == "assign 12 ana"
    assert turned(Command("resolve", rest="fp #4-9")) == "resolve #4-9 fp"
    assert turned(Command("assign", rest="ana")) is None
    assert turned(Command("assign", (Span(12, 12),), "ana 3")) is None
