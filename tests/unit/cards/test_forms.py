"""Forms: what they ask, what they send, and the way back."""

from typing import Any

import pytest

from bot.alerts.alert import COMMENT_LIMIT
from bot.alerts.views import AlertView
from bot.alerts.words import DETERMINATIONS, Classification
from cards.buttons import Listing, OpenedFrom, Press, Verb
from cards.forms import (
    render_assign_form,
    render_classify_form,
    render_comment_form,
    render_link_form,
    render_resolve_form,
    render_tag_form,
)
from cards.language import ENGLISH
from tests.support.card_reading import button, buttons, inputs, text, walk
from tests.unit.cards import examples

PLAIN: dict[str, Any] = {"lang": ENGLISH, "nonce": examples.NONCE}
TAKEN = examples.taken()
FORMS = {
    "assign": lambda view, **given: render_assign_form(view, **PLAIN, **given),
    "comment": lambda view, **given: render_comment_form(view, **PLAIN, **given),
    "classify": lambda view, **given: render_classify_form(view, **PLAIN, **given),
    "classify kind": lambda view, **given: render_classify_form(view, Classification.EXPECTED, **PLAIN, **given),
    "resolve": lambda view, **given: render_resolve_form(view, **PLAIN, **given),
    "link": lambda view, **given: render_link_form(view, (examples.INCIDENT,), **PLAIN, **given),
    "tag": lambda view, **given: render_tag_form(view, **PLAIN, **given),
}


def pressed(card: dict[str, Any], title: str, **typed: str) -> Press:
    """What comes back: the button's data with the inputs laid over it, as clients do."""
    one = button(card, title)
    return Press.read({**one.data, **typed})


@pytest.mark.parametrize("name", FORMS)
def test_every_form_shows_its_alert_a_notice_and_the_way_back(name: str) -> None:
    card = FORMS[name](TAKEN, notice="Choose a person.", opened_from=OpenedFrom(Listing.QUEUE, 2))
    back = button(card, "Back")

    assert "Choose a person." in text(card)
    assert "HIGH · In progress · Ana" in text(card)
    assert back.verb == Verb.BACK
    assert back.data == {"alert": 1042, "rev": 5, "nonce": examples.NONCE, "listing": "queue", "page": 2}


def test_somebody_is_found_among_the_people_of_the_conversation() -> None:
    card = FORMS["assign"](TAKEN)
    picker = inputs(card)["to"]

    assert picker["choices.data"]["dataset"] == "graph.microsoft.com/users?scope=currentContext"
    assert picker["isRequired"]
    assert pressed(card, "Assign", to="b" * 36).to == "b" * 36
    assert pressed(card, "To me").to == "me"
    assert pressed(card, "To nobody").to == "nobody"


def test_what_nobody_has_cannot_be_given_back() -> None:
    assert "To nobody" not in [one.title for one in buttons(FORMS["assign"](examples.a_view()))]


def test_a_comment_is_required_and_as_long_as_defender_takes() -> None:
    card = FORMS["comment"](TAKEN)
    field = inputs(card)["comment"]

    assert field["isMultiline"]
    assert field["isRequired"]
    assert field["maxLength"] == COMMENT_LIMIT
    assert pressed(card, "Comment", comment="mine").comment == "mine"


def test_classifying_begins_with_three_choices_and_defenders_guidance() -> None:
    card = FORMS["classify"](examples.a_view())
    offered = [one for one in buttons(card) if one.verb == Verb.CLASSIFY]

    assert [one.title for one in offered] == [
        "True positive",
        "Informational, expected activity",
        "False positive",
    ]
    assert [Press.read(one.data).classification for one in offered] == [
        "truePositive",
        "informationalExpectedActivity",
        "falsePositive",
    ]
    assert all(Press.read(one.data).determination is None for one in offered)
    assert "real threat" in text(card)
    assert "A false alarm" in text(card)


def test_a_classification_can_be_set_back() -> None:
    press = pressed(FORMS["classify"](examples.resolved()), "Set back to not set")

    assert press.verdict() == (Classification.NOT_SET, "")
    assert press.determination is not None


@pytest.mark.parametrize("classification", [c for c in Classification if c is not Classification.NOT_SET])
def test_its_kinds_follow_with_the_portals_labels(classification: Classification) -> None:
    card = render_classify_form(examples.a_view(), classification, **PLAIN)
    values = [choice["value"] for choice in inputs(card)["determination"]["choices"]]

    assert values == [*DETERMINATIONS[classification], "notSet"]
    for value in DETERMINATIONS[classification]:
        assert pressed(card, "Classify", determination=value).verdict() == (classification, value)
    assert pressed(card, "Classify", determination="notSet").verdict() == (classification, "")


def test_classifying_takes_effect_even_where_a_client_sends_no_kind() -> None:
    press = pressed(FORMS["classify kind"](examples.a_view()), "Classify")

    assert press.determination is not None
    assert press.verdict() == (Classification.EXPECTED, "")


def test_the_kind_that_it_has_is_chosen_already() -> None:
    card = render_classify_form(examples.resolved(), Classification.TRUE_POSITIVE, **PLAIN)
    other = render_classify_form(examples.resolved(), Classification.FALSE_POSITIVE, **PLAIN)

    assert inputs(card)["determination"]["value"] == "malware"
    assert inputs(other)["determination"]["value"] == "notSet"


def test_resolving_offers_every_verdict_in_one_list() -> None:
    card = FORMS["resolve"](TAKEN)
    field = inputs(card)["classification"]
    values = [choice["value"] for choice in field["choices"]]

    assert field["style"] == "compact"
    assert field["choices"][0] == {"title": "Not set", "value": "notSet"}
    assert field["value"] == "notSet"
    assert "falsePositive:notMalicious" in values
    assert "True positive · Compromised account" in [choice["title"] for choice in field["choices"]]
    for value in values:
        press = pressed(card, "Resolve", classification=value, comment="")
        classification, determination = press.verdict() or pytest.fail("no verdict")
        assert determination == "" or determination in DETERMINATIONS[classification]


def test_resolving_keeps_the_verdict_that_there_is() -> None:
    assert inputs(FORMS["resolve"](examples.resolved()))["classification"]["value"] == "truePositive:malware"


def test_resolving_leaves_a_verdict_alone_that_nobody_offers_any_more() -> None:
    alert = examples.an_alert(classification=Classification.TRUE_POSITIVE, determination="apt")
    card = FORMS["resolve"](examples.a_view(alert))
    field = inputs(card)["classification"]

    assert "value" not in field
    assert field["placeholder"] == "True positive · APT"
    assert pressed(card, "Resolve", classification="", comment="").verdict() is None


def test_a_comment_on_resolving_is_not_required() -> None:
    assert "isRequired" not in inputs(FORMS["resolve"](TAKEN))["comment"]


def test_an_incident_is_chosen_or_made() -> None:
    view: AlertView = examples.a_view()
    card = FORMS["link"](view)
    field = inputs(card)["incident"]

    assert [choice["value"] for choice in field["choices"]] == ["new", "28"]
    assert field["choices"][1]["title"] == "28: Credential theft on web-1 (3 alerts)"
    assert field["choices"][0]["title"] == "New incident: Mimikatz credential theft tool"
    assert pressed(card, "Link", incident="28").incident == "28"


def test_the_incident_that_it_is_in_is_not_offered_again() -> None:
    card = FORMS["link"](TAKEN)

    assert [choice["value"] for choice in inputs(card)["incident"]["choices"]] == ["new"]
    assert "Now in incident 28: Credential theft on web-1" in text(card)


def test_tags_are_added_and_taken_away_in_one_field() -> None:
    card = FORMS["tag"](TAKEN)

    assert "Now: vip" in text(card)
    assert inputs(card)["tags"]["isRequired"]
    assert pressed(card, "Save tags", tags="+a -vip").tags == "+a -vip"


@pytest.mark.parametrize("name", FORMS)
def test_only_what_saves_sends_the_inputs(name: str) -> None:
    card = FORMS[name](TAKEN)
    names = set(inputs(card))
    if not names:
        return
    nodes = [node for node in _executes(card) if node.get("associatedInputs") != "none"]

    assert len(nodes) == 1


def _executes(node: Any) -> list[dict[str, Any]]:
    return [one for one in walk(node) if one.get("type") == "Action.Execute"]
