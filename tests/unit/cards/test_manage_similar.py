"""Manage similar alerts: what is ticked from the start, and what is called out before anything happens."""

from dataclasses import replace

from bot.alerts.similarity import Reason
from bot.alerts.views import Similar
from bot.alerts.words import Classification, Severity
from cards.language import ENGLISH
from cards.manage_similar import Chosen, render_pick, render_preview, will_change
from cards.size import LIMIT, size
from tests.support.card_reading import inputs, texts
from tests.unit.cards import examples


def test_what_is_open_and_not_known_to_be_real_is_ticked_from_the_start() -> None:
    real = examples.an_alert(number=1007, classification=Classification.TRUE_POSITIVE, determination="malware")
    similar = examples.a_similar()
    similar = replace(similar, similar=(*similar.similar, Similar(real, (Reason("host", "web-1"),))))
    fields = inputs(render_pick(similar, Chosen(), [], lang=ENGLISH))

    assert fields["picked"]["value"] == "1042,1021"
    titles = {one["value"]: one["title"] for one in fields["picked"]["choices"]}
    assert list(titles) == ["1042", "1033", "1021", "1007"]
    assert "this alert" in titles["1042"]
    assert "Resolved" in titles["1033"]
    assert "same host web-1" in titles["1033"]
    assert "True positive" in titles["1007"]
    assert (fields["status"]["value"], fields["classification"]["value"]) == ("resolved", "keep")


def test_what_was_chosen_before_is_there_again() -> None:
    chosen = Chosen(picked=[1033], status="keep", verdict="falsePositive:notMalicious", comment="A test.")
    fields = inputs(render_pick(examples.a_similar(), chosen, [], lang=ENGLISH))

    values = {name: one.get("value") for name, one in fields.items()}
    assert values == {
        "picked": "1033", "status": "keep", "classification": "falsePositive:notMalicious", "comment": "A test."
    }  # fmt: skip


def test_what_this_alert_was_found_to_be_is_offered_for_the_others() -> None:
    view = examples.a_similar().view
    found = replace(view.alert, classification=Classification.FALSE_POSITIVE, determination="notMalicious")
    similar = replace(examples.a_similar(), view=replace(view, alert=found))

    fields = inputs(render_pick(similar, Chosen(), [], lang=ENGLISH))
    assert fields["classification"]["value"] == "falsePositive:notMalicious"


def test_a_preview_says_what_changes_alike_together_and_calls_out_what_is_bad() -> None:
    planned = examples.planned()
    shown = texts(render_preview(planned, "", [], lang=ENGLISH))

    assert will_change(planned) == 4
    assert shown[0] == "This would change 4 alerts"
    real, high = shown.index("True positive until now: 1"), shown.index("High severity: 1")
    assert shown[real + 1].startswith("#9 · Mimikatz")
    assert shown[high + 1].startswith("#6 · Mimikatz")
    assert any(line.startswith("#4, #5  Status: New → Resolved") for line in shown)
    assert "#12  stay as they are: they are so already" in shown
    assert "#6  Ana has it" in shown


def test_fifty_alerts_with_long_titles_fit() -> None:
    words = "Überlanger Titel mit Umlauten äöü " * 20
    many = tuple(
        Similar(
            examples.an_alert(number=10_000 + place, title=words, severity=Severity.LOW),
            (Reason("host", words), Reason("file", words)),
        )
        for place in range(50)
    )
    similar = replace(examples.a_similar(), similar=many)
    card = render_pick(similar, Chosen(), [], lang=ENGLISH)

    assert size(card) <= LIMIT
    assert len(inputs(card)["picked"]["choices"]) >= 20
