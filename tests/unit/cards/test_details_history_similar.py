"""Details, history and similar alerts."""

from dataclasses import replace
from typing import Any

import pytest

from bot.alerts.evidence import Evidence
from bot.alerts.history import Change, Kind
from bot.alerts.people import Way
from bot.alerts.views import DetailsView, HistoryView, SimilarView
from cards.details import render_details
from cards.history import render_history
from cards.language import ENGLISH
from cards.pieces import piece_facts, piece_label
from cards.similar import render_similar
from tests.support.card_reading import buttons, text, texts, walk
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
        "https://security.microsoft.com/action-center/history",
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
        "Ana undid: Resolved → In progress · 03:19",
        "Ana resolved it: False positive · Not malicious · 03:18 · undone",
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
         "Ana unassigned Bo"),
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

    assert "High · Mimikatz credential theft tool" in shown
    assert "#1033" in shown
    assert "Resolved · False positive · Not malicious · 2 d 4 h ago" in shown
    assert "same host web-1, same rule" in shown
    assert "same host web-1, same account svc-build" in shown


def test_each_similar_alert_can_be_opened() -> None:
    opened = [one for one in buttons(render_similar(examples.a_similar(), **TIMED)) if one.title.startswith("Open #")]

    assert [(one.verb, one.data["alert"], one.data["rev"]) for one in opened] == [
        ("refresh", 1033, 7),
        ("refresh", 1021, 1),
    ]
    assert {(one.data["listing"], one.data["page"]) for one in opened} == {("similar", 1042)}


def test_no_similar_alert_is_said_kindly() -> None:
    assert "None: no other alert has" in text(render_similar(SimilarView(examples.taken(), ()), **TIMED))


def test_history_says_what_was_done_together_and_takes_all_of_it_back() -> None:
    shown = render_history(examples.a_history_of_many(), **TIMED)

    assert "Ana resolved it: False positive · Not malicious · 03:18 · with 11 others" in texts(shown)
    assert "Undo on all 12" in [one.title for one in buttons(shown)]
