"""Details, history, similar alerts, queue, digest, and the small cards."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.alerts.evidence import Evidence
from bot.alerts.history import Change, Kind
from bot.alerts.people import Way
from bot.alerts.views import DetailsView, HistoryView, SimilarView
from bot.alerts.words import Severity
from cards.buttons import Listing, Press, Verb
from cards.details import render_details
from cards.digest import digest_text, render_digest
from cards.help import render_help, render_subscribed, render_unsubscribed, render_welcome
from cards.history import render_history
from cards.language import ENGLISH, Language
from cards.not_available import not_available_text, render_not_available
from cards.pieces import piece_facts, piece_label
from cards.queue import render_queue
from cards.similar import render_similar
from tests.support.card_reading import button, buttons, text, texts, walk
from tests.unit.cards import examples

TIMED: dict[str, Any] = {"lang": ENGLISH, "now": examples.NOW, "nonce": examples.NONCE}


# Details


def test_details_say_what_happened_to_what_and_what_to_do() -> None:
    shown = texts(render_details(examples.a_details(), **TIMED))
    order = ["What happened", "Evidence (9)", "Devices", "Comments", "Recommended actions", "Background"]

    assert [line for line in shown if line in order] == order
    assert "A known credential theft tool was found on web-1." in shown
    assert "It reads passwords from memory." in shown
    assert "mimikatz.exe · Malicious · Prevented, Trigger".replace(", ", " · ") in shown
    assert "Techniques: T1003.001 OS Credential Dumping, T1059.001 PowerShell" in shown
    assert "Threat actor: Storm-0042" in shown
    assert "team: payments" in shown
    assert "3 more not shown" in shown


def test_affected_assets_come_before_what_was_used_on_them() -> None:
    kinds = ["Devices", "Users", "Processes", "URLs", "IP addresses", "New thing"]

    assert [line for line in texts(render_details(examples.a_details(), **TIMED)) if line in kinds] == kinds


def test_addresses_cannot_be_followed_by_accident() -> None:
    shown = text(render_details(examples.a_details(), **TIMED))

    assert "hxxps://evil[.]example/payload.ps1" in shown
    assert "203[.]0[.]113[.]7" in shown


def test_details_link_to_the_portal_and_nowhere_else() -> None:
    card = render_details(examples.a_details(), **TIMED)

    assert [one.url for one in buttons(card) if one.url] == [
        "https://security.microsoft.com/alerts/da637551227677560813_-961444813",
        "https://security.microsoft.com/incidents/28",
        "https://attack.mitre.org/techniques/T1003/001/",
    ]


def test_comments_that_were_taken_back_are_not_in_the_details() -> None:
    shown = text(render_details(examples.a_details(), **TIMED))

    assert "looks real, isolating web-1" in shown
    assert "withdrawn words" not in shown


def test_an_alert_without_anything_has_details_too() -> None:
    view = examples.from_alertmanager()
    bare = replace(view.alert, description="", labels={}, alert_type="", external_id="")
    shown = texts(render_details(DetailsView(replace(view, alert=bare), (), ()), **TIMED))

    assert "Evidence (0)" not in shown
    assert "Background" not in shown
    assert "Classification: Not set" in shown


@pytest.mark.parametrize(
    ("kind", "properties", "told"),
    [
        ("file", {"fileDetails": {"filePath": "C:\\x", "sha256": "ab"}}, [("Path", "C:\\x"), ("SHA-256", "ab")]),
        ("user", {"userAccount": {"userPrincipalName": "a@b.example"}}, [("Sign-in name", "a@b.example")]),
        ("mailbox", {"primaryAddress": "a@b.example"}, [("Address", "a@b.example")]),
        ("analyzedMessage", {"subject": "Win", "senderIp": "203.0.113.9"},
         [("Subject", "Win"), ("Sender's address", "203[.]0[.]113[.]9")]),
        ("registryKey", {"registryHive": "HKLM", "registryKey": "Run"}, [("Hive", "HKLM"), ("Key", "Run")]),
        ("azureResource", {"resourceType": "vm"}, [("Type", "vm")]),
        ("kubernetesPod", {"namespace": {"name": "shop", "cluster": {"name": "c1"}}},
         [("Namespace", "shop"), ("Cluster", "c1")]),
        ("neverSeen", {"someName": "x", "deep": {"a": 1}, "count": 3, "flag": True, "tags": ["a", "b"], "none": None},
         [("Some name", "x"), ("Count", "3"), ("Tags", "a, b")]),
        ("process", {"imageFile": "not an object", "processId": 7}, [("Process id", "7")]),
    ],
)  # fmt: skip
def test_a_piece_of_evidence_tells_what_its_kind_has(
    kind: str, properties: dict[str, Any], told: list[tuple[str, str]]
) -> None:
    assert piece_facts(Evidence(kind, "k", "label", properties=properties), ENGLISH, most=8) == told


def test_a_piece_of_evidence_does_not_repeat_its_label() -> None:
    piece = Evidence("mailbox", "k", "a@b.example", properties={"primaryAddress": "a@b.example", "upn": "a@b.example"})

    assert piece_facts(piece, ENGLISH, most=8) == []


def test_a_piece_without_a_label_is_called_by_its_kind() -> None:
    assert piece_label(Evidence("nic", "k", " ")) == "nic"


# History


def test_history_is_told_in_sentences() -> None:
    shown = texts(render_history(examples.a_history(), **TIMED))

    assert shown[3:] == [
        "Ana undid the last step · 03:19",
        "Status: Resolved → In progress",
        "Ana resolved it: False positive · Not malicious · 03:18",
        "Status: In progress → Resolved",
        "Bo tagged it +vip -lab · 03:17",
        "Bo linked it to incident 28 · 03:16",
        "Incident: none → 28",
        "Microsoft Defender XDR reported news · 03:15",
        "Severity: Medium → High · Category: none → CredentialAccess",
        "Bo commented · 03:14",
        "“looks real, isolating web-1”",
        "Ana commented · 03:13",
        "“withdrawn words”",
        "Ana took it · 03:12",
        "Assigned to: none → Ana",
        "Microsoft Defender XDR raised it · 03:11",
        "12 more not shown",
    ]


def test_a_comment_that_was_taken_back_is_struck_through() -> None:
    card = render_history(examples.a_history(), **TIMED)
    struck = [node["text"] for node in walk(card) if node.get("strikethrough")]

    assert struck == ["“withdrawn words”"]


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (examples.an_entry(2, Kind.ASSIGNED, examples.ANA, Change("assignee", None, "b" * 36)),
         "Ana assigned it to Bo"),
        (examples.an_entry(2, Kind.ASSIGNED, examples.ANA, Change("assignee", "a" * 36, None)), "Ana gave it back"),
        (examples.an_entry(2, Kind.ASSIGNED, examples.ANA, Change("assignee", "b" * 36, None)),
         "Ana took it from Bo; nobody has it"),
        (examples.an_entry(2, Kind.STARTED, examples.BO, Change("status", "new", "inProgress")), "Bo started"),
        (examples.an_entry(2, Kind.STARTED, examples.BO, Change("assignee", None, "b" * 36)), "Bo took it and started"),
        (examples.an_entry(2, Kind.RESOLVED, examples.BO, Change("status", "new", "resolved")), "Bo resolved it"),
        (examples.an_entry(2, Kind.CLASSIFIED, examples.BO, Change("classification", "truePositive", "notSet")),
         "Bo took the classification back"),
        (examples.an_entry(2, Kind.CLASSIFIED, examples.BO, Change("determination", "malware", "phishing")),
         "Bo classified it: Phishing"),
        (examples.an_entry(2, Kind.REOPENED, examples.BO, Change("status", "resolved", "new")), "Bo reopened it"),
        (examples.an_entry(2, Kind.LINKED, examples.BO, Change("incident", 28, None)),
         "Bo took it out of its incident"),
        (examples.an_entry(2, Kind.UNDONE, examples.BO, withdraws=True, undoes=1), "Bo took a comment back"),
        (examples.an_entry(2, Kind.UNDONE, examples.BO, withdraws=False, undoes=1), "Bo restored a comment"),
        (examples.an_entry(2, Kind.REPORTED, "alertmanager", Change("signal", "firing", "cleared")),
         "Alertmanager says that it has cleared"),
    ],
)  # fmt: skip
def test_every_step_has_a_sentence(entry: Any, words: str) -> None:
    shown = texts(render_history(HistoryView(examples.taken(), (entry,), 0), **TIMED))

    assert f"{words} · 03:12" in shown


@pytest.mark.parametrize(
    ("way", "note"),
    [(Way.RULE, "by a rule"), (Way.SCHEDULE, "by the schedule"), (Way.COMMAND_LINE, "on the command line")],
)
def test_an_unusual_way_is_named(way: Way, note: str) -> None:
    entry = examples.an_entry(2, Kind.REOPENED, examples.BO, Change("status", "resolved", "new"), way=way)

    assert f"Bo reopened it · 03:12 · {note}" in texts(
        render_history(HistoryView(examples.taken(), (entry,), 0), **TIMED)
    )


# Similar alerts


def test_similar_alerts_say_how_they_ended_and_why_they_are_alike() -> None:
    shown = texts(render_similar(examples.a_similar(), **TIMED))

    assert "High · Mimikatz credential theft tool #1033" in shown
    assert "Resolved · False positive · Not malicious · 2 d 4 h ago" in shown
    assert "same web-1, same alert type" in shown
    assert "same web-1, same svc-build" in shown


def test_each_similar_alert_can_be_opened() -> None:
    opened = [one for one in buttons(render_similar(examples.a_similar(), **TIMED)) if one.title == "Open"]

    assert [(one.verb, one.data["alert"], one.data["rev"]) for one in opened] == [
        ("refresh", 1033, 7),
        ("refresh", 1021, 1),
    ]


def test_no_similar_alert_is_said_kindly() -> None:
    assert "None: nothing else shares" in text(render_similar(SimilarView(examples.taken(), ()), **TIMED))


# Queue


def test_the_queue_has_defenders_columns() -> None:
    card = render_queue(examples.a_queue(), **TIMED)
    shown = texts(card)

    assert "23 open · last 30 days · page 1 of 4" in shown
    assert "High · Mimikatz credential theft tool" in shown
    assert "New · nobody has it · web-1 · svc-build · 1 more · 03:11" in shown
    assert "Credential access · detected by EDR · investigation: running · since 03:02 · vip" in shown


def test_the_rarer_columns_are_for_wide_screens() -> None:
    wide = [node for node in walk(render_queue(examples.a_queue(), **TIMED)) if "targetWidth" in node]

    assert len([node for node in wide if node["type"] == "RichTextBlock"]) == 6


@pytest.mark.parametrize(("mine", "listing"), [(False, Listing.QUEUE), (True, Listing.MINE)])
def test_each_row_opens_its_alert_and_knows_the_way_back(mine: bool, listing: Listing) -> None:
    rows = [
        one for one in buttons(render_queue(examples.a_queue(mine=mine, page=2), **TIMED)) if one.verb == Verb.REFRESH
    ]

    assert [one.data["alert"] for one in rows] == [1060, 1059, 1058, 1057, 1056, 1055]
    assert {(Press.read(one.data).listing, one.data["page"]) for one in rows} == {(listing, 2)}


def test_pages_turn_both_ways_and_stop_at_the_ends() -> None:
    def turns(page: int) -> dict[str, int]:
        drawn = render_queue(examples.a_queue(page=page), **TIMED)
        return {one.title: one.data["page"] for one in buttons(drawn) if one.verb == Verb.QUEUE}

    assert turns(0) == {"Next": 1, "Refresh": 0}
    assert turns(2) == {"Previous": 1, "Next": 3, "Refresh": 2}
    assert turns(3) == {"Previous": 2, "Refresh": 3}


@pytest.mark.parametrize(("mine", "words"), [(False, "No open alerts."), (True, "You have no open alerts.")])
def test_an_empty_queue_is_good_news(mine: bool, words: str) -> None:
    assert words in text(render_queue(examples.a_queue(mine=mine, alerts=0, total=0), **TIMED))


# Digest


def test_the_digest_says_the_day_in_one_sentence() -> None:
    shown = texts(render_digest(examples.a_digest(), **TIMED))

    assert "14 new alerts (2 high), 9 resolved, 23 open; nobody has 5 of them." in shown
    assert "21 Nov" in shown
    assert "Oldest open: #977 Unusual sign-in from a new country, for 12 d" in shown
    assert "Mean time to first answer: 7 min" in shown
    assert "Mean time to resolve: 5 h 12 min" in shown


def test_the_bars_and_their_fallback_say_the_same_numbers() -> None:
    card = render_digest(examples.a_digest(), **TIMED)
    chart = next(node for node in walk(card) if node.get("type") == "Chart.HorizontalBar")
    facts = chart["fallback"]["facts"]

    assert [(bar["x"], str(bar["y"])) for bar in chart["data"]] == [(one["title"], one["value"]) for one in facts]
    assert facts[0] == {"title": "High", "value": "2"}


@pytest.mark.parametrize(
    ("numbers", "headline"),
    [
        ({"new": 0, "open": 0, "resolved": 0, "unassigned": 0, "new_by_severity": {}},
         "A quiet day: nothing new, nothing open."),
        ({"new": 1, "open": 0, "resolved": 1, "unassigned": 0, "new_by_severity": {Severity.LOW: 1}},
         "1 new alert, 1 resolved, nothing open."),
        ({"new": 0, "open": 3, "resolved": 0, "unassigned": 0, "new_by_severity": {}},
         "nothing new, 0 resolved, 3 open; all are taken."),
    ],
)  # fmt: skip
def test_the_sentence_fits_the_day(numbers: dict[str, Any], headline: str) -> None:
    quiet = {"oldest_open": None, "mean_to_acknowledge": None, "mean_to_resolve": None, "open_by_severity": {}}
    digest = examples.a_digest(**quiet, **numbers)

    assert headline in texts(render_digest(digest, **TIMED))
    assert digest_text(digest, ENGLISH)[0] == f"Digest: {headline}"


def test_the_digest_leads_to_the_queue() -> None:
    one = button(render_digest(examples.a_digest(), **TIMED), "Open the queue")

    assert (one.verb, one.data) == ("queue", {"nonce": examples.NONCE, "listing": "queue", "page": 0})


# Small cards


def test_help_names_every_command() -> None:
    shown = text(render_help(ENGLISH))

    for command in ("queue", "mine", "alert 1042", "assign 1042 me", "resolve 4-9", "undo 1042", "subscribe"):
        assert command in shown


def test_the_first_words_say_what_happens_next() -> None:
    assert "New alerts are posted in General" in text(render_welcome(ENGLISH, channel="General", subscribed=True))
    assert "No alerts are posted here yet." in text(render_welcome(ENGLISH, channel="General"))
    assert "alerts of your teams' channels" in text(render_welcome(ENGLISH))
    assert "The newest 20 open alerts" in text(render_subscribed(ENGLISH, channel="General", posted=20))
    assert "The newest open alert is" in text(render_subscribed(ENGLISH, channel="General", posted=1))
    assert "No new alerts are posted in General." in text(render_unsubscribed(ENGLISH, channel="General"))


def test_what_is_not_there_and_what_is_not_shown_are_the_same_card() -> None:
    assert render_not_available(ENGLISH) == render_not_available(ENGLISH)
    assert not_available_text(ENGLISH) in text(render_not_available(ENGLISH))
    assert not buttons(render_not_available(ENGLISH))


# Language


def test_times_are_in_the_readers_zone() -> None:
    berlin = Language(ENGLISH.catalogue, ZoneInfo("Europe/Berlin"))

    assert berlin.clock(examples.NOW) == "04:15"
    assert berlin.period(examples.at(2), examples.at(11), now=examples.NOW) == "04:02 – 04:11"


def test_a_moment_is_as_short_as_it_can_be() -> None:
    assert ENGLISH.moment(examples.NOW, now=examples.NOW) == "03:15"
    assert ENGLISH.moment(examples.NOW - timedelta(days=1), now=examples.NOW) == "20 Nov 03:15"
    assert ENGLISH.moment(examples.NOW.replace(year=2025), now=examples.NOW) == "21 Nov 2025 03:15"
    assert ENGLISH.period(examples.NOW, examples.NOW, now=examples.NOW) == "03:15"
    assert ENGLISH.period(examples.NOW - timedelta(days=1), examples.NOW, now=examples.NOW) == "20 Nov 03:15 – 03:15"
