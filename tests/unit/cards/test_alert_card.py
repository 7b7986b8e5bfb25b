"""The shared card: the right things in the right order, and the next steps that fit."""

from dataclasses import replace
from typing import Any

import pytest

from bot.alerts.alert import Alert
from bot.alerts.evidence import Asset
from bot.alerts.views import AlertView
from bot.alerts.words import Severity, Signal, Status
from cards.alert_card import alert_text, render_alert
from cards.buttons import Listing, OpenedFrom, Press, Verb
from cards.language import ENGLISH
from tests.support.card_reading import button, buttons, text, texts, walk
from tests.unit.cards import examples


def draw(view: AlertView, **given: Any) -> dict[str, Any]:
    return render_alert(view, **({"lang": ENGLISH, "now": examples.NOW, "nonce": examples.NONCE} | given))


def titles(view: AlertView, **given: Any) -> list[str]:
    """Of the buttons that are seen at once."""
    return [one.title for one in buttons(draw(view, **given)) if not one.hidden]


def test_a_new_alert_reads_from_the_most_important_to_the_least() -> None:
    assert texts(draw(examples.a_view())) == [
        "HIGH · New",
        "#1042",
        "Mimikatz credential theft tool",
        "web-1 · svc-build · CONTOSO",
        "Endpoint · Credential access",
        "03:02 – 03:11, nobody has it yet",
        "detected by EDR",
    ]


def test_an_alert_that_somebody_has_says_who_and_what_was_said_last() -> None:
    assert texts(draw(examples.taken())) == [
        "HIGH · In progress · Ana",
        "#1042",
        "Mimikatz credential theft tool",
        "web-1 · svc-build · CONTOSO",
        "Endpoint · Credential access · incident 28 · 2 comments",
        "03:02 – 03:11, Ana has it since 03:12, after 1 min",
        "Bo: “looks real, isolating web-1”",
        "vip · investigation: running · detected by EDR",
    ]


def test_who_took_it_at_once_is_not_said_to_have_taken_no_time() -> None:
    alert = examples.an_alert(assignee=examples.ANA.object_id, assigned_at=examples.at(11))

    assert "03:02 – 03:11, Ana has it since 03:11" in texts(draw(examples.a_view(alert)))


def test_what_its_source_resolved_is_not_told_as_if_somebody_had_done_it() -> None:
    def told(source: str, **given: Any) -> str:
        ended = {"status": Status.RESOLVED, "resolved_at": examples.at(40), "resolved_by": source, "source": source}
        return str(texts(draw(examples.a_view(examples.an_alert(**{**ended, **given})))))

    cleared = {"signal": Signal.CLEARED}
    assert "03:02 – 03:11, cleared at 03:40, nobody had it" in told("alertmanager", **cleared)
    ana = {**cleared, "assignee": examples.ANA.object_id}
    assert "03:02 – 03:11, cleared at 03:40, Ana had it" in told("alertmanager", **ana)
    assert "03:02 – 03:11, Microsoft Defender XDR resolved it at 03:40, in 29 min" in told("graph")
    assert "Bo resolved it at 03:40" in told("graph", resolved_by="Bo", **cleared)


def test_a_resolved_alert_says_when_and_what_it_was() -> None:
    shown = texts(draw(examples.resolved()))

    assert shown[0] == "HIGH · Resolved · Ana"
    assert "03:02 – 03:11, Ana resolved it at 03:40, in 29 min" in shown
    assert "True positive · Malware" in shown


def test_an_alert_of_another_source_names_the_source() -> None:
    assert "Alertmanager" in texts(draw(examples.from_alertmanager()))


def test_an_alert_without_assets_says_where_by_its_labels() -> None:
    labels = {
        "summary": "Pods crash",
        "alertname": "KubePodCrashLooping",
        "namespace": "shop",
        "runbook": "https://runbooks.example/x",
        "pod": "cart-5d8f",
        "note": "",
    }
    view = examples.a_view(examples.an_alert(assets=(), asset_count=0, labels=labels))

    assert texts(draw(view))[3] == "namespace: shop · pod: cart-5d8f"


def test_an_investigation_that_does_not_exist_is_no_news() -> None:
    def line(state: str) -> str:
        return texts(draw(examples.a_view(examples.an_alert(investigation_state=state))))[-1]

    assert line("unsupportedAlertType") == "detected by EDR"
    assert line("running") == "investigation: running · detected by EDR"


def test_an_assignee_whom_we_have_not_met_is_called_what_the_source_calls_them() -> None:
    assert texts(draw(examples.STATES["informational"]))[0] == "INFORMATIONAL · New · someone@contoso.example"


@pytest.mark.parametrize(
    ("state", "steps"),
    [
        ("new", ["Assign to me", "Resolve…"]),
        ("assigned", ["Start", "Resolve…"]),
        ("taken", ["Resolve…", "Comment…"]),
        ("resolved", ["Reopen", "Comment…"]),
    ],
)
def test_the_two_most_likely_next_steps_are_buttons(state: str, steps: list[str]) -> None:
    assert titles(examples.STATES[state]) == [*steps, "Similar", "More…"]


def test_in_progress_with_nobody_can_be_taken() -> None:
    view = examples.a_view(examples.an_alert(status=Status.IN_PROGRESS))

    assert titles(view)[:2] == ["Assign to me", "Resolve…"]


@pytest.mark.parametrize("state", examples.STATES)
def test_every_verb_is_one_or_two_presses_away(state: str) -> None:
    view = examples.STATES[state]
    verbs = [one.verb for one in buttons(draw(view)) if one.verb]
    wanted = {Verb.COMMENT, Verb.CLASSIFY, Verb.ASSIGN, Verb.LINK, Verb.TAG, Verb.DETAILS, Verb.HISTORY, Verb.UNDO}

    assert wanted | {Verb.SIMILAR} <= set(verbs)
    assert (Verb.REOPEN in verbs) == (view.alert.status is Status.RESOLVED)
    assert (Verb.RESOLVE in verbs) == view.alert.is_open
    assert (Verb.START in verbs) == (view.alert.status is Status.NEW)
    others = [verb for verb in verbs if verb != Verb.ASSIGN]
    assert len(others) == len(set(others))


def test_a_button_carries_the_alert_the_revision_and_the_nonce() -> None:
    assert button(draw(examples.taken()), "Similar").data == {"alert": 1042, "rev": 5, "nonce": examples.NONCE}


def test_assign_to_me_takes_effect_and_assign_asks_whom() -> None:
    card = draw(examples.a_view())

    assert Press.read(button(card, "Assign to me").data).to == "me"
    assert Press.read(button(card, "Assign…").data).to is None


def test_an_alert_opened_from_a_list_leads_back_to_its_page() -> None:
    card = draw(examples.a_view(), opened_from=OpenedFrom(Listing.MINE, 3))

    assert button(card, "Back").verb == Verb.QUEUE
    assert {(one.data["listing"], one.data["page"]) for one in buttons(card) if one.verb} == {("mine", 3)}


def test_an_alert_opened_from_similar_ones_leads_back_to_them() -> None:
    back = button(draw(examples.a_view(), opened_from=OpenedFrom(Listing.SIMILAR, 999)), "Back")

    assert (back.verb, back.data) == (Verb.SIMILAR, {"alert": 999, "nonce": examples.NONCE})


def test_a_posted_card_has_no_way_back() -> None:
    assert "Back" not in [one.title for one in buttons(draw(examples.a_view()))]


def test_nothing_moves_when_an_alert_goes_on() -> None:
    def skeleton(view: AlertView) -> list[Any]:
        first, title = draw(view)["body"][:2]
        return [first["type"], first["bleed"], len(first["items"]), title["type"], title["inlines"][0]["size"]]

    assert len({str(skeleton(view)) for view in examples.STATES.values()}) == 1


def test_the_severity_is_a_word_first_and_loud_only_while_it_is_open() -> None:
    def band(view: AlertView) -> tuple[str, str]:
        return draw(view)["body"][0]["style"], texts(draw(view))[0].split(" ")[0]

    assert band(examples.a_view()) == ("attention", "HIGH")
    assert band(examples.from_alertmanager()) == ("warning", "MEDIUM")
    assert band(examples.STATES["low"]) == ("emphasis", "LOW")
    assert band(examples.resolved()) == ("emphasis", "HIGH")

    def colour(view: AlertView) -> str | None:
        found: str | None = draw(view)["body"][0]["items"][0]["columns"][0]["items"][0]["inlines"][0].get("color")
        return found

    assert [colour(view) for view in (examples.a_view(), examples.resolved())] == ["Attention", None]


def test_a_notice_is_the_first_thing() -> None:
    assert texts(draw(examples.taken(), notice="Bo was first."))[0] == "Bo was first."


def test_assets_beyond_three_are_counted() -> None:
    assets = tuple(Asset("device", f"web-{n}", f"device:{n}") for n in range(8))
    view = examples.a_view(examples.an_alert(assets=assets, asset_count=40))

    assert "web-0 · web-1 · web-2 · 37 more" in texts(draw(view))


def test_the_portal_is_linked_only_where_it_may_be() -> None:
    def links(url: str, **given: Any) -> list[str]:
        view = examples.a_view(examples.an_alert(alert_url=url))
        return [one.url for one in buttons(draw(view, **given)) if one.kind == "Action.OpenUrl"]

    grafana = "https://grafana.contoso.example/d/1"
    assert links("https://security.microsoft.com/alerts/x") == ["https://security.microsoft.com/alerts/x"]
    assert links("https://evil.example/") == []
    assert links(grafana) == []
    assert links(grafana, link_hosts=frozenset({"grafana.contoso.example"})) == [grafana]


def test_other_days_are_named() -> None:
    alert = examples.an_alert(first_activity=examples.NOW.replace(day=19), last_activity=examples.NOW)

    assert "19 Nov 03:15 – 03:15, nobody has it yet" in texts(draw(examples.a_view(alert)))


def test_pictures_never_come_from_an_alert() -> None:
    assert not [node for node in walk(draw(examples.taken())) if str(node.get("type", "")).startswith("Image")]


@pytest.mark.parametrize("severity", Severity)
def test_a_locked_phone_says_what_and_where(severity: Severity) -> None:
    view = examples.a_view(examples.an_alert(severity=severity))
    said, summary = alert_text(view, ENGLISH)

    assert said == f"{severity.value.capitalize()}: Mimikatz credential theft tool on web-1 (#1042)"
    assert summary == said


def test_a_locked_phone_says_it_without_a_place_too() -> None:
    assert alert_text(examples.from_alertmanager(), ENGLISH)[0] == "Medium: KubePodCrashLooping (#1050)"


def test_the_text_above_the_card_names_a_host_once() -> None:
    alert = examples.an_alert(title="Disk full on WEB-1")
    assert alert_text(examples.a_view(alert), ENGLISH)[0] == "High: Disk full on WEB-1 (#1042)"


def test_the_text_above_the_card_stays_short() -> None:
    view = examples.a_view(examples.an_alert(title="long " * 60))

    assert len(alert_text(view, ENGLISH)[0]) < 120


def test_a_missing_title_is_the_number() -> None:
    alert: Alert = replace(examples.an_alert(), title=" \u200b ")

    assert "#1042" in text(draw(examples.a_view(alert)))
    assert alert_text(examples.a_view(replace(alert, title="")), ENGLISH)[0] == "High: #1042 on web-1 (#1042)"
