"""What the details say of actions taken."""

from dataclasses import replace

import pytest

from cards.actions_taken import action_center, actions_section, page_of, render_actions
from cards.language import ENGLISH
from cards.size import LIMIT, Room, size
from tests.support.card_reading import buttons, text
from tests.unit.cards import examples as given
from tests.unit.cards.action_examples import PIECES, taken

TIMED = {"lang": ENGLISH, "nonce": given.NONCE, "now": given.NOW}


def test_groups_stand_in_the_portals_order_with_what_became_of_each() -> None:
    words = text(render_actions(taken(), **TIMED))
    places = [words.index(title) for title in ("Mailboxes (1)", "Devices (2)", "Users (1)", "Everything else (1)")]
    assert places == sorted(places)
    for fate in ("web-1 · Active", "web-2 · Not remediated", "svc-build · Declined", "mimikatz.exe · Pending approval"):
        assert fate in words
    assert "Investigation 2207: Pending approval" in words
    assert "No threats found: 9 · Remediated: 2" in words


def test_what_waits_for_somebody_is_called_out_once() -> None:
    words = text(render_actions(taken(), **TIMED))
    assert words.count("approval in the action center") == 1
    assert "Waits for somebody's approval in the action center: mimikatz.exe" in words
    alone = text(render_actions(taken(PIECES[:1]), **TIMED))
    assert "It waits for somebody's approval in the action center." in alone


def test_a_thousand_assets_fit_and_lead_on() -> None:
    many = tuple(replace(PIECES[1], entity=f"device:{n}", label=f"web-{n}." + "x" * 200) for n in range(12))
    card = render_actions(taken(many, left=988), **TIMED)
    assert size(card) <= LIMIT
    assert "and 988 more" in [one.title for one in buttons(card)]


def test_a_small_room_keeps_what_waits_and_lets_the_names_go() -> None:
    view = taken().view
    drawn = str(actions_section(view, PIECES, ENGLISH, Room(evidence=0)))
    assert "mimikatz.exe" in drawn
    assert "web-1" not in drawn


@pytest.mark.parametrize(
    ("step", "page"), [("actions", 0), ("actions.3", 3), ("actions.x", 0), (None, None), ("x", None)]
)
def test_the_page_stands_in_the_step(step: str | None, page: int | None) -> None:
    assert page_of(step) == page


@pytest.mark.parametrize(
    ("alert_url", "link"),
    [
        ("", "https://security.microsoft.com/action-center/history"),
        (
            "https://security.microsoft.com/alerts/x?tid=a-1",
            "https://security.microsoft.com/action-center/history?tid=a-1",
        ),
        ("https://evil.example/alerts/x", "https://security.microsoft.com/action-center/history"),
        ("https://security.microsoft.com/x?tid=%22%3E", "https://security.microsoft.com/action-center/history"),
    ],
)
def test_the_action_center_is_that_of_the_alerts_tenant(alert_url: str, link: str) -> None:
    found = action_center(given.an_alert(alert_url=alert_url), ENGLISH, frozenset())
    assert found is not None
    assert found["url"] == link


def test_other_sources_have_no_action_center_and_an_unknown_portal_gets_no_link() -> None:
    assert action_center(given.an_alert(source="grafana"), ENGLISH, frozenset()) is None
    other = given.an_alert(alert_url="https://security.evil.example/alerts/1")
    assert action_center(other, ENGLISH, frozenset()) is None
