"""Every card in many states, by a name that says which."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

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
from cards.language import ENGLISH, Language
from cards.maintenance import render_window, render_windows
from cards.manage_similar import Chosen, render_pick, render_preview
from cards.not_available import render_not_available
from cards.outcome import render_outcome, undo_button
from cards.queue import render_queue
from cards.recommendation import render_recommendation
from cards.reminder import render_remind_form, render_reminder, render_reminders
from cards.routes import render_routes, render_subscribed, render_where
from cards.schedules import render_schedule, render_schedules
from cards.services import render_services
from cards.silence import render_silence_form
from cards.similar import render_similar
from cards.story import render_story
from cards.trends import render_trends
from cards.triage import render_triage, render_triage_rule
from tests.unit.cards import (
    action_examples,
    consult_examples,
    deck_examples,
    export_examples,
    extension_examples,
    fold_examples,
    handover_examples,
    incident_examples,
    paging_examples,
    rule_examples,
    silence_examples,
    story_examples,
)
from tests.unit.cards import examples as given
from tests.unit.cards import recommendation_examples as recommended
from tests.unit.cards import route_examples as routes
from tests.unit.cards import triage_examples as rules
from tests.unit.cards.more_dialogs import LEVELS
from tests.unit.cards.oncall_examples import cards as oncall_cards
from tests.unit.cards.saying import Change, as_it_is

_INCIDENT_FORMS = {
    "rename": render_rename_form,
    "incident comment": render_incident_comment_form,
    "incident assign": render_incident_assign_form,
    "incident resolve": render_incident_resolve_form,
}
_HOSTS = frozenset({"grafana.contoso.example:3000"})


_ONWARD = execute("Preview…", Verb.MANAGE.value, Press(alert=1042, step="preview", nonce=given.NONCE).data())


def _outcome(outcome: Outcome, lang: Language) -> Card:
    return render_outcome(outcome, lang=lang, now=given.NOW, actions=undo_button(outcome, lang, given.NONCE))


def every_card(lang: Language = ENGLISH, change: Change = as_it_is) -> dict[str, Card]:
    """All of them, drawn anew, each view after `change` of it."""

    def draw(render: Callable[..., Card], *given: Any, **more: Any) -> Card:
        return render(*map(change, given), **more)

    words: dict[str, Any] = {"lang": lang, "nonce": given.NONCE}
    timed: dict[str, Any] = {**words, "now": given.NOW}
    cards = {f"alert {name}": draw(render_alert, view, **timed) for name, view in given.STATES.items()}
    cards |= {name: draw(render_incident, view, **timed) for name, view in incident_examples.STATES.items()}
    cards |= {name: draw(form, incident_examples.a_view(), **words) for name, form in _INCIDENT_FORMS.items()}
    cards |= {
        "handover": draw(render_handover, handover_examples.a_handover(), **timed),
        "handover of a quiet night": draw(render_handover, handover_examples.a_quiet_one(), **timed),
        "handover of many": draw(render_handover, handover_examples.a_long_one(), **timed),
        "handover note": draw(render_note_form, handover_examples.PERIOD, **words),
        "reminder": draw(render_reminder, given.a_reminder(), given.taken(), **timed),
        "reminder of what is resolved": draw(
            render_reminder, given.a_reminder(note=""), given.STATES["resolved"], **timed
        ),
        "reminders": draw(render_reminders, [ReminderView(given.a_reminder(), given.an_alert())], **timed),
        "reminders of none": draw(render_reminders, [], **timed),
        "remind form": draw(render_remind_form, given.taken(), **words),
        "story": draw(render_story, story_examples.a_story(), **timed),
        "story alone": draw(
            render_story, replace(story_examples.a_story(), alerts=(given.taken(),), trees=()), **timed
        ),
        "story of many": draw(render_story, story_examples.a_deep_story(), **timed),
        "entity": draw(render_entity, story_examples.an_entity(), **timed),
        "entity by name": draw(render_entity, story_examples.an_entity(alert=None, page=0), **timed),
        "entities": draw(render_entities, given.taken(), given.a_details().evidence, **words),
        "entities of none": draw(render_entities, given.taken(), (), **words),
        "entity link": draw(
            render_entity_link_form, story_examples.an_entity(), [incident_examples.an_incident()], **words
        ),
        "incident history": draw(render_incident_history, incident_examples.a_history(), **timed),
        "merge": draw(render_merge_form, incident_examples.a_merge(), **words),
        "merge with none": draw(render_merge_form, incident_examples.a_merge(0), **words),
        "alert with notice": draw(render_alert, given.taken(), notice="Bo was first: Bo took it at 03:12.", **timed),
        "alert from queue": draw(render_alert, given.a_view(), opened_from=OpenedFrom(Listing.QUEUE, 2), **timed),
        "alert with a habit": draw(render_alert, replace(given.a_view(), usual=recommended.USUAL), **timed),
        "recommendation": draw(render_recommendation, recommended.a_recommendation(), **timed),
        "recommendation by one": draw(render_recommendation, recommended.by_one(), **timed),
        "recommendation from elsewhere": draw(render_recommendation, recommended.elsewhere(), **timed),
        "recommendation without basis": draw(render_recommendation, recommended.no_basis(), **timed),
        "details": draw(render_details, given.a_details(), link_hosts=_HOSTS, **timed),
        "history": draw(render_history, given.a_history(), **timed),
        "history of many": draw(render_history, given.a_history_of_many(), **timed),
        "outcome": draw(_outcome, given.an_outcome(), lang=lang),
        "outcome undone": draw(_outcome, given.an_outcome(undone=True), lang=lang),
        "manage similar": draw(render_pick, given.a_similar(), Chosen(), [_ONWARD], lang=lang),
        "manage similar preview": draw(render_preview, given.planned(), "A test.", [_ONWARD], lang=lang),
        "manage similar nothing": draw(render_preview, given.planned()[-1:], "", [_ONWARD], lang=lang, notice="No."),
        "similar": draw(render_similar, given.a_similar(), **timed),
        "queue": draw(render_queue, given.a_queue(), **timed),
        "queue second page": draw(render_queue, given.a_queue(mine=True, page=1), **timed),
        "queue empty": draw(render_queue, given.a_queue(alerts=0, total=0), **timed),
        "digest": draw(render_digest, given.a_digest(), **timed),
        "digest of an earlier version": draw(render_digest, given.an_old_digest(), **timed),
        "digest that was asked for": draw(render_digest, given.a_digest(), alone=True, notice="A preview.", **timed),
        "digest of a schedule": draw(render_digest, given.a_digest(), schedule=given.SCHEDULES[1], **timed),
        "digests": draw(render_schedules, [(one, given.NOW) for one in given.SCHEDULES], **words),
        "no digests": draw(render_schedules, [], **words),
        "digest schedule": draw(render_schedule, given.SCHEDULES[1], given.NOW, instead=given.SCHEDULES[0], **words),
        "digest schedule paused": draw(render_schedule, given.SCHEDULES[0], None, notice="It is paused.", **words),
        "trends": draw(render_trends, given.some_trends(), filter="severity>=low", **words),
        "no trends": draw(render_trends, given.some_trends(0), filter="", **words),
        "help": draw(render_help, lang),
        "welcome": draw(render_welcome, lang, channel="General", subscribed=True),
        "welcome alone": draw(render_welcome, lang),
        "subscribed": draw(render_subscribed, routes.ROUTES[0], posted=20, lang=lang),
        "unsubscribed": draw(render_unsubscribed, lang, channel="General"),
        "unsubscribed from one": draw(render_unsubscribed, lang, channel="General", route="identity", left=2),
        "routes": draw(render_routes, routes.ROUTES, lang=lang),
        "no routes": draw(render_routes, (), lang=lang),
        "where": draw(render_where, routes.WHERE, **timed),
        "triage rules": draw(render_triage, rules.VIEWS, **words),
        "triage rule": draw(render_triage_rule, rules.VIEWS[0], notice="It acts from now on.", **timed),
        "triage rule of every step": draw(render_triage_rule, rules.VIEWS[1], **timed),
        "windows": draw(render_windows, routes.WINDOWS, **timed),
        "window": draw(render_window, routes.WINDOWS[0], notice="It is over now.", **timed),
        "window over": draw(render_window, routes.WINDOWS[1], **timed),
        "services": draw(render_services, LEVELS, may_choose=True, **words),
        "services to look at": draw(render_services, LEVELS, may_choose=False, **words),
        "not available": draw(render_not_available, lang),
    }
    cards |= rule_examples.cards(lang, change) | consult_examples.cards(lang, change)
    cards |= action_examples.cards(lang, change) | silence_examples.cards(lang, change)
    cards["alert asked about"] = draw(render_alert, consult_examples.an_asked_view(), **timed)
    cards |= oncall_cards(lang, change)
    cards |= (
        fold_examples.cards(lang, change)
        | extension_examples.cards(lang, change)
        | deck_examples.cards(lang, change)
        | export_examples.cards(lang, change)
        | paging_examples.cards(lang, change)
    )
    for name, view in given.STATES.items():
        cards |= {
            f"assign {name}": draw(render_assign_form, view, **words),
            f"comment {name}": draw(render_comment_form, view, **words),
            f"classify {name}": draw(render_classify_form, view, **words),
            f"classify kind {name}": draw(render_classify_form, view, Classification.TRUE_POSITIVE, **words),
            f"resolve {name}": draw(render_resolve_form, view, **words),
            f"link {name}": draw(render_link_form, view, (given.INCIDENT,), **words),
            f"tag {name}": draw(render_tag_form, view, **words),
            f"silence {name}": draw(
                render_silence_form, view, {"alertname": "A", "a,b": "x", "pod": "p" * 200}, **words
            ),
        }
    return cards
