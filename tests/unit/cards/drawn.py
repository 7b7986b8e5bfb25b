"""Every card in many states, by a name that says which."""

from dataclasses import replace

from bot.alerts.outcome import Outcome
from bot.alerts.reminder import ReminderView
from bot.alerts.words import Classification
from cards.actions import execute
from cards.alert_card import render_alert
from cards.buttons import Listing, OpenedFrom, Press, Verb
from cards.details import render_details
from cards.digest import render_digest
from cards.elements import Card
from cards.entity import render_entities, render_entity, render_entity_link_form
from cards.forms import (
    render_assign_form,
    render_classify_form,
    render_comment_form,
    render_link_form,
    render_resolve_form,
    render_tag_form,
)
from cards.handover import render_handover, render_note_form
from cards.help import render_help, render_unsubscribed, render_welcome
from cards.history import render_history
from cards.incident import render_incident, render_incident_history
from cards.incident_forms import (
    render_incident_assign_form,
    render_incident_comment_form,
    render_incident_resolve_form,
    render_merge_form,
    render_rename_form,
)
from cards.language import ENGLISH
from cards.maintenance import render_window, render_windows
from cards.manage_similar import Chosen, render_pick, render_preview
from cards.not_available import render_not_available
from cards.outcome import render_outcome, undo_button
from cards.queue import render_queue
from cards.recommendation import render_recommendation
from cards.reminder import render_remind_form, render_reminder, render_reminders
from cards.routes import render_routes, render_subscribed, render_where
from cards.schedules import render_schedule, render_schedules
from cards.silence import render_silence_form
from cards.similar import render_similar
from cards.story import render_story
from cards.trends import render_trends
from cards.triage import render_triage, render_triage_rule
from tests.unit.cards import (
    action_examples,
    consult_examples,
    handover_examples,
    incident_examples,
    rule_examples,
    silence_examples,
    story_examples,
)
from tests.unit.cards import examples as given
from tests.unit.cards import recommendation_examples as recommended
from tests.unit.cards import route_examples as routes
from tests.unit.cards import triage_examples as rules
from tests.unit.cards.oncall_examples import cards as oncall_cards

_INCIDENT_FORMS = {
    "rename": render_rename_form,
    "incident comment": render_incident_comment_form,
    "incident assign": render_incident_assign_form,
    "incident resolve": render_incident_resolve_form,
}
_WORDS = {"lang": ENGLISH, "nonce": given.NONCE}
_TIMED = {**_WORDS, "now": given.NOW}
_HOSTS = frozenset({"grafana.contoso.example:3000"})


_ONWARD = execute("Preview…", Verb.MANAGE.value, Press(alert=1042, step="preview", nonce=given.NONCE).data())


def _outcome(outcome: Outcome) -> Card:
    return render_outcome(outcome, lang=ENGLISH, now=given.NOW, actions=undo_button(outcome, ENGLISH, given.NONCE))


def every_card() -> dict[str, Card]:
    """All of them, drawn anew."""
    cards = {f"alert {name}": render_alert(view, **_TIMED) for name, view in given.STATES.items()}
    cards |= {name: render_incident(view, **_TIMED) for name, view in incident_examples.STATES.items()}
    cards |= {name: draw(incident_examples.a_view(), **_WORDS) for name, draw in _INCIDENT_FORMS.items()}
    cards |= {
        "handover": render_handover(handover_examples.a_handover(), **_TIMED),
        "handover of a quiet night": render_handover(handover_examples.a_quiet_one(), **_TIMED),
        "handover of many": render_handover(handover_examples.a_long_one(), **_TIMED),
        "handover note": render_note_form(handover_examples.PERIOD, **_WORDS),
        "reminder": render_reminder(given.a_reminder(), given.taken(), **_TIMED),
        "reminder of what is resolved": render_reminder(given.a_reminder(note=""), given.STATES["resolved"], **_TIMED),
        "reminders": render_reminders([ReminderView(given.a_reminder(), given.an_alert())], **_TIMED),
        "reminders of none": render_reminders([], **_TIMED),
        "remind form": render_remind_form(given.taken(), **_WORDS),
        "story": render_story(story_examples.a_story(), **_TIMED),
        "story alone": render_story(replace(story_examples.a_story(), alerts=(given.taken(),), trees=()), **_TIMED),
        "story of many": render_story(story_examples.a_deep_story(), **_TIMED),
        "entity": render_entity(story_examples.an_entity(), **_TIMED),
        "entity by name": render_entity(story_examples.an_entity(alert=None, page=0), **_TIMED),
        "entities": render_entities(given.taken(), given.a_details().evidence, **_WORDS),
        "entities of none": render_entities(given.taken(), (), **_WORDS),
        "entity link": render_entity_link_form(story_examples.an_entity(), [incident_examples.an_incident()], **_WORDS),
        "incident history": render_incident_history(incident_examples.a_history(), **_TIMED),
        "merge": render_merge_form(incident_examples.a_merge(), **_WORDS),
        "merge with none": render_merge_form(incident_examples.a_merge(0), **_WORDS),
        "alert with notice": render_alert(given.taken(), notice="Bo was first: Bo took it at 03:12.", **_TIMED),
        "alert from queue": render_alert(given.a_view(), opened_from=OpenedFrom(Listing.QUEUE, 2), **_TIMED),
        "alert with a habit": render_alert(replace(given.a_view(), usual=recommended.USUAL), **_TIMED),
        "recommendation": render_recommendation(recommended.a_recommendation(), **_TIMED),
        "recommendation by one": render_recommendation(recommended.by_one(), **_TIMED),
        "recommendation from elsewhere": render_recommendation(recommended.elsewhere(), **_TIMED),
        "recommendation without basis": render_recommendation(recommended.no_basis(), **_TIMED),
        "details": render_details(given.a_details(), link_hosts=_HOSTS, **_TIMED),
        "history": render_history(given.a_history(), **_TIMED),
        "history of many": render_history(given.a_history_of_many(), **_TIMED),
        "outcome": _outcome(given.an_outcome()),
        "outcome undone": _outcome(given.an_outcome(undone=True)),
        "manage similar": render_pick(given.a_similar(), Chosen(), [_ONWARD], lang=ENGLISH),
        "manage similar preview": render_preview(given.planned(), "A test.", [_ONWARD], lang=ENGLISH),
        "manage similar nothing": render_preview(given.planned()[-1:], "", [_ONWARD], lang=ENGLISH, notice="No."),
        "similar": render_similar(given.a_similar(), **_TIMED),
        "queue": render_queue(given.a_queue(), **_TIMED),
        "queue second page": render_queue(given.a_queue(mine=True, page=1), **_TIMED),
        "queue empty": render_queue(given.a_queue(alerts=0, total=0), **_TIMED),
        "digest": render_digest(given.a_digest(), **_TIMED),
        "digest of an earlier version": render_digest(given.an_old_digest(), **_TIMED),
        "digest that was asked for": render_digest(given.a_digest(), alone=True, notice="A preview.", **_TIMED),
        "digest of a schedule": render_digest(given.a_digest(), schedule=given.SCHEDULES[1], **_TIMED),
        "digests": render_schedules([(one, given.NOW) for one in given.SCHEDULES], **_WORDS),
        "no digests": render_schedules([], **_WORDS),
        "digest schedule": render_schedule(given.SCHEDULES[1], given.NOW, instead=given.SCHEDULES[0], **_WORDS),
        "digest schedule paused": render_schedule(given.SCHEDULES[0], None, notice="It is paused.", **_WORDS),
        "trends": render_trends(given.some_trends(), filter="severity>=low", **_WORDS),
        "no trends": render_trends(given.some_trends(0), filter="", **_WORDS),
        "help": render_help(ENGLISH),
        "welcome": render_welcome(ENGLISH, channel="General", subscribed=True),
        "welcome alone": render_welcome(ENGLISH),
        "subscribed": render_subscribed(routes.ROUTES[0], posted=20, lang=ENGLISH),
        "unsubscribed": render_unsubscribed(ENGLISH, channel="General"),
        "unsubscribed from one": render_unsubscribed(ENGLISH, channel="General", route="identity", left=2),
        "routes": render_routes(routes.ROUTES, lang=ENGLISH),
        "no routes": render_routes((), lang=ENGLISH),
        "where": render_where(routes.WHERE, **_TIMED),
        "triage rules": render_triage(rules.VIEWS, **_WORDS),
        "triage rule": render_triage_rule(rules.VIEWS[0], notice="It acts from now on.", **_TIMED),
        "triage rule of every step": render_triage_rule(rules.VIEWS[1], **_TIMED),
        "windows": render_windows(routes.WINDOWS, **_TIMED),
        "window": render_window(routes.WINDOWS[0], notice="It is over now.", **_TIMED),
        "window over": render_window(routes.WINDOWS[1], **_TIMED),
        "not available": render_not_available(ENGLISH),
    }
    cards |= rule_examples.cards() | consult_examples.cards()
    cards |= action_examples.cards() | silence_examples.cards()
    cards["alert asked about"] = render_alert(consult_examples.an_asked_view(), **_TIMED)
    cards |= oncall_cards()
    for name, view in given.STATES.items():
        cards |= {
            f"assign {name}": render_assign_form(view, **_WORDS),
            f"comment {name}": render_comment_form(view, **_WORDS),
            f"classify {name}": render_classify_form(view, **_WORDS),
            f"classify kind {name}": render_classify_form(view, Classification.TRUE_POSITIVE, **_WORDS),
            f"resolve {name}": render_resolve_form(view, **_WORDS),
            f"link {name}": render_link_form(view, (given.INCIDENT,), **_WORDS),
            f"tag {name}": render_tag_form(view, **_WORDS),
            f"silence {name}": render_silence_form(view, {"alertname": "A", "a,b": "x", "pod": "p" * 200}, **_WORDS),
        }
    return cards
