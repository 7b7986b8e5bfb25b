"""What people are told when something is refused: in words, and what to do about it where there is something."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bot.alerts.condition import ConditionError
from bot.alerts.errors import Refused
from bot.alerts.history import Entry, Kind
from bot.alerts.views import AlertView
from cards import digest_refusals, tuning_refusals, vocabulary
from cards.consult_refusals import CONSULTING
from cards.export_refusals import EXPORTS
from cards.labels import classification_label, determination_label, person_label, status_label
from cards.language import Language
from cards.oncall_refusals import ONCALL
from cards.safe import brief
from cards.sentences import People, actor_name, change_text, sentence
from cards.triage_refusals import TRIAGE
from cards.when_refusals import WHEN


def refusal_text(
    refused: Refused, view: AlertView | None, lang: Language, *, now: datetime | None = None, alone: bool = True
) -> str:
    """The refusal in words. `view` is the alert as it is now; None where there is none (a command's words).

    Times of another day than `now` have their date, as all have without a `now`. With `alone`, it stands above the card
    of the alert as it is now.
    """
    tell = _TEXTS.get(refused.reason)
    if tell is _changed:
        first = _first(refused, view, lang, now)
        return lang.t("{first} This is how it is now.", first=first) if alone else first
    return tell(refused, view, lang) if tell else lang.t("That is not possible now.")


def busy_text(lang: Language) -> str:
    """The store could not take it in time."""
    return lang.t("Tocsin is busy. It may not have been saved: look at the card, then press again.")


def failed_text(lang: Language) -> str:
    """Something went wrong that nobody expected."""
    return lang.t("Sorry, that went wrong. It may not have been saved: look at the alert, then try again.")


def _changed(refused: Refused, view: AlertView | None, lang: Language) -> str:
    return _first(refused, view, lang, None)


def _first(refused: Refused, view: AlertView | None, lang: Language, now: datetime | None) -> str:
    """Somebody was first: who, what, when."""
    entry, when = refused.facts.get("entry"), refused.facts.get("when")
    field = str(refused.facts.get("field", ""))
    at = _moment(when, lang, now) if isinstance(when, datetime) else ""
    if isinstance(entry, Entry):
        who, what = actor_name(entry, lang), _what(entry, field, lang, view.people if view else {})
    else:
        who = str(refused.facts.get("who") or lang.t("Somebody"))
        what = lang.t("{who} changed “{field}”", who=who, field=lang.term(vocabulary.FIELDS, field))
    if at:
        return lang.t("{who} was first: {what} at {at}.", who=who, what=what, at=at)
    return lang.t("{who} was first: {what}.", who=who, what=what)


def _what(entry: Entry, field: str, lang: Language, people: People) -> str:
    """What was done; of a source's news, the change that came first."""
    changes = [change for change in entry.changes if change.field == field]
    if entry.kind is Kind.REPORTED and changes:
        return brief(change_text(changes[0], lang, people), 200)
    return sentence(entry, lang, people)


def _moment(at: datetime, lang: Language, now: datetime | None) -> str:
    if now is not None:
        return lang.moment(at, now=now)
    return f"{lang.day(at.astimezone(lang.zone).date())} {lang.clock(at)}"


def _already_assigned(refused: Refused, view: AlertView | None, lang: Language) -> str:
    whom = str(refused.facts.get("assignee") or "")
    return lang.t("{whom} has it already.", whom=person_label(whom, view.people if view else {}))


def _already_started(refused: Refused, view: AlertView | None, lang: Language) -> str:
    whom = str(refused.facts.get("assignee") or "")
    if not whom:
        return lang.t("It is in progress already.")
    return lang.t("It is in progress already; {whom} has it.", whom=person_label(whom, view.people if view else {}))


def _open(_refused: Refused, view: AlertView | None, lang: Language) -> str:
    if view is None:
        return lang.t("It is open already.")
    return lang.t("It is open already: {status}.", status=status_label(view.alert.status, lang))


def _already_classified(_refused: Refused, view: AlertView | None, lang: Language) -> str:
    if view is None:
        return lang.t("It is classified so already.")
    return lang.t(
        "It is classified so already: {verdict}.", verdict=classification_label(view.alert.classification, lang)
    )


def _already_linked(refused: Refused, _view: AlertView | None, lang: Language) -> str:
    return lang.t("It is in incident {number} already.", number=refused.facts.get("incident"))


def _long_comment(refused: Refused, _view: AlertView | None, lang: Language) -> str:
    return lang.t("The comment is too long: at most {limit} characters.", limit=refused.facts.get("limit"))


def _bad_tag(refused: Refused, _view: AlertView | None, lang: Language) -> str:
    return lang.t("A tag has 1 to {limit} characters, like +vip or -lab.", limit=refused.facts.get("limit"))


def _many_tags(refused: Refused, _view: AlertView | None, lang: Language) -> str:
    return lang.t("That would be too many tags: at most {limit}.", limit=refused.facts.get("limit"))


def _changed_since(refused: Refused, _view: AlertView | None, lang: Language) -> str:
    field = lang.term(vocabulary.FIELDS, str(refused.facts.get("field", "")))
    entry = refused.facts.get("entry")
    if isinstance(entry, Entry):
        who = actor_name(entry, lang)
        return lang.t("This cannot be undone: {who} has changed “{field}” since.", who=who, field=field)
    return lang.t("This cannot be undone: “{field}” has changed since.", field=field)


def _already_undone(refused: Refused, _view: AlertView | None, lang: Language) -> str:
    who = str(refused.facts.get("who") or lang.t("Somebody"))
    return lang.t("{who} has taken that back already.", who=who)


def _not_yours(refused: Refused, _view: AlertView | None, lang: Language) -> str:
    who = str(refused.facts.get("who") or lang.t("Somebody"))
    return lang.t("{who} did that: only {who} or an administrator can take it back.", who=who)


def _undo_too_late(refused: Refused, _view: AlertView | None, lang: Language) -> str:
    within = refused.facts.get("within")
    long = lang.span(within) if isinstance(within, timedelta) else ""
    return lang.t("It is too late to undo that: one can for {long} after it was done.", long=long)


def _bad_determination(refused: Refused, _view: AlertView | None, lang: Language) -> str:
    kind = determination_label(str(refused.facts.get("determination", "")), lang)
    label = lang.term(vocabulary.CLASSIFICATIONS, str(refused.facts.get("classification", "")))
    return lang.t("“{kind}” does not go with “{label}”.", kind=kind, label=label)


def _bad_filter(refused: Refused, _view: AlertView | None, lang: Language) -> str:
    """The place, what is wrong, and something that works."""
    error, text = refused.facts.get("error"), str(refused.facts.get("text", ""))
    if not isinstance(error, ConditionError):
        return lang.t("This filter could not be understood.")
    where = text[error.position : error.position + error.length].strip() or lang.t("its end")
    said = lang.t(
        "The filter is not right at “{where}”: {why}", where=brief(where, 60), why=_ended(lang.said(error.message))
    )
    example = error.suggestion if any(sign in error.suggestion for sign in ":<>") else ""
    example = example or "severity>=medium service:endpoint host:web-*"
    return f"{said} {lang.t('This works: {example}', example=example)}"


def _ended(sentence: str) -> str:
    """With a full stop, unless it ends with a mark of its own."""
    return sentence if sentence.endswith(("?", "!", ".")) else f"{sentence}."


def _bad_part(refused: Refused, _view: AlertView | None, lang: Language) -> str:
    """What is wrong with one part of a condition, and something that works."""
    error = refused.facts.get("error")
    if not isinstance(error, ConditionError):
        return lang.t("This filter could not be understood.")
    why = lang.said(error.message)
    said = _ended(why[:1].upper() + why[1:])
    return f"{said} {lang.t('This works: {example}', example=error.suggestion)}" if error.suggestion else said


def _bad_press(refused: Refused, _view: AlertView | None, lang: Language) -> str:
    field = brief(str(refused.facts.get("field") or ""), 40)
    if not field:
        return lang.t("This button could not be understood. Please open the alert again.")
    return lang.t("This button could not be understood (“{field}”). Please open the alert again.", field=field)


def _role(refused: Refused, _view: AlertView | None, lang: Language) -> str:
    """What one may not do, and what it takes."""
    if refused.facts.get("role") is None:
        return lang.t("You have no permission role in Tocsin. Ask an administrator for one.")
    verb, needs = (
        str(refused.facts.get("verb", "")),
        lang.term(vocabulary.PERMISSION_ROLES, str(refused.facts.get("needs", ""))),
    )
    return lang.t(
        "“{verb}” needs the permission role {needs}; yours is {role}.",
        verb=_FINER.get(verb, verb),
        needs=needs,
        role=lang.term(vocabulary.PERMISSION_ROLES, str(refused.facts.get("role", ""))),
    )


def _texts_of(refused: Refused, name: str) -> list[str]:
    given = refused.facts.get(name)
    return [brief(str(one), 80) for one in given] if isinstance(given, list) else []


#: Finer uses of a command, as one says them.
_FINER: Mapping[str, str] = {
    "chooseExperts": "experts",
    "chooseServices": "services",
    "setDigest": "digest",
    "maintenanceEverywhere": "maintenance everywhere",
    "renameTag": "tag rename",
    "oncallOverride": "oncall me",
    "triageAct": "triage act",
    "undoOthers": "undo",
}

_Tell = Callable[[Refused, AlertView | None, Language], str]


def _about_rules(tell: tuning_refusals.Tell) -> _Tell:
    return lambda refused, _view, lang: tell(refused, lang)


_TEXTS: Mapping[str, _Tell] = {
    **{reason: _about_rules(tell) for reason, tell in tuning_refusals.TELL.items()},
    **{reason: _about_rules(tell) for reason, tell in digest_refusals.TELL.items()},
    "role": _role,
    "badFilter": _bad_filter,
    "badPart": _bad_part,
    "badLimit": lambda _refused, _view, lang: lang.t("The limit is a number of cards a day, like 50, or empty."),
    "nobodysFilter": lambda _refused, _view, lang: lang.t("“me” means nobody in a channel: name the person."),
    "emptyFilter": lambda _refused, _view, lang: lang.t("No alert can ever fit this filter: it contradicts itself."),
    **TRIAGE,
    **EXPORTS,
    **WHEN,
    **CONSULTING,
    **ONCALL,
    "badRouteName": lambda refused, _view, lang: lang.t(
        "A route's name is one word of at most {limit} letters: “subscribe as identity service:identity”.",
        limit=refused.facts.get("limit"),
    ),
    "manyRoutes": lambda refused, _view, lang: lang.t(
        "A conversation has at most {limit} routes.", limit=refused.facts.get("limit")
    ),
    "windowOfWhat": lambda _refused, _view, lang: lang.t(
        "Maintenance of what? Say for example “maintenance host:web-* 22:00-02:00 for patching”; * is every alert."
    ),
    "windowWhen": lambda _refused, _view, lang: lang.t(
        "Maintenance when? Say “22:00-02:00”, “every sunday 22:00-02:00”, “2026-11-22 22:00-02:00”, or “2h” from now."
    ),
    "windowPast": lambda _refused, _view, lang: lang.t("That time is over already."),
    "windowLong": lambda refused, _view, lang: lang.t(
        "Maintenance lasts at most {days} days.", days=refused.facts.get("days")
    ),
    "windowOver": lambda _refused, _view, lang: lang.t("It is over already."),
    "manyWindows": lambda refused, _view, lang: lang.t(
        "There are {limit} maintenance windows already: end one first.", limit=refused.facts.get("limit")
    ),
    "changed": _changed,
    "alreadyAssigned": _already_assigned,
    "alreadyUnassigned": lambda _refused, _view, lang: lang.t("Nobody has it already."),
    "alreadyStarted": _already_started,
    "resolved": lambda _refused, _view, lang: lang.t("It is resolved. Reopen it first."),
    "open": _open,
    "emptyComment": lambda _refused, _view, lang: lang.t("The comment is empty."),
    "longComment": _long_comment,
    "alreadyClassified": _already_classified,
    "nothingChanged": lambda _refused, _view, lang: lang.t("Nothing was changed yet."),
    "badTag": _bad_tag,
    "manyTags": _many_tags,
    "manyRenames": lambda refused, _view, lang: lang.t(
        "There are too many renamed tags already: at most {limit}.", limit=refused.facts.get("limit")
    ),
    "sameTags": lambda _refused, _view, lang: lang.t("The tags are so already."),
    "alreadyLinked": _already_linked,
    "notLinked": lambda _refused, _view, lang: lang.t("It is in no incident."),
    "changedSince": _changed_since,
    "alreadyUndone": _already_undone,
    "notYours": _not_yours,
    "undoTooLate": _undo_too_late,
    "nothingToUndo": lambda _refused, _view, lang: lang.t("There is nothing of yours to undo here."),
    "unknownPerson": lambda _refused, _view, lang: lang.t(
        "Tocsin has not met this person yet. It knows people of the conversations that it is in."
    ),
    "unknownIncident": lambda refused, _view, lang: lang.t(
        "There is no incident {number} here.", number=refused.facts.get("incident")
    ),
    "notForAll": lambda _refused, _view, lang: lang.t(
        "Not everybody here may see alerts of this service, so it is not shared here."
    ),
    "noTitle": lambda _refused, _view, lang: lang.t("Say in a few words what has happened."),
    "hidden": lambda _refused, _view, lang: lang.t("It is hidden already."),
    "badSpan": lambda refused, _view, lang: lang.t(
        "“{text}” is no time such as 30m, 4h, 2d or 1w, up to 90 days.", text=brief(str(refused.facts.get("text")), 40)
    ),
    "notSilenceable": lambda _refused, _view, lang: lang.t("Only alerts of Alertmanager can be silenced."),
    "noSilencer": lambda _refused, _view, lang: lang.t(
        "Tocsin was not told which Alertmanager to ask: whoever runs it sets TOCSIN_ALERTMANAGER_URL."
    ),
    "noLabels": lambda _refused, _view, lang: lang.t("Choose at least one label that it has."),
    "notSilenced": lambda _refused, _view, lang: lang.t("It is not silenced."),
    "silenceGone": lambda _refused, _view, lang: lang.t("There is no such silence any more."),
    "notHidden": lambda _refused, _view, lang: lang.t("It is not hidden."),
    "changedBy": lambda refused, _view, lang: lang.t(
        "{who} was faster. Look at it again.", who=brief(str(refused.facts.get("who", "")), 60)
    ),
    "manyEntities": lambda refused, _view, lang: lang.t(
        "Several are called so. Say one of: {entities}", entities=", ".join(_texts_of(refused, "entities"))
    ),
    "emptyName": lambda _refused, _view, lang: lang.t("The name is empty."),
    "longName": lambda refused, _view, lang: lang.t(
        "The name is too long: at most {limit} characters.", limit=refused.facts.get("limit")
    ),
    "sameName": lambda _refused, _view, lang: lang.t("It is called so already."),
    "noteNeeded": lambda _refused, _view, lang: lang.t("Say why, in a note: it stands in the history."),
    "incidentResolved": lambda _refused, _view, lang: lang.t("All its alerts are resolved already."),
    "sameIncident": lambda _refused, _view, lang: lang.t("That is the same incident."),
    "manyAlerts": lambda refused, _view, lang: lang.t(
        "It has more than {limit} alerts: too many for one step.", limit=refused.facts.get("limit")
    ),
    "partlyHidden": lambda _refused, _view, lang: lang.t(
        "Some of its alerts are not shown in this place, so nothing was changed."
    ),
    "badDetermination": _bad_determination,
    "badPress": _bad_press,
    "pickSome": lambda _refused, _view, lang: lang.t("Nothing is ticked. Tick the alerts that you mean."),
    "manyPicked": lambda refused, _view, lang: lang.t(
        "That would be too many at once: at most {limit}.", limit=refused.facts.get("limit")
    ),
    "busy": lambda _refused, _view, lang: busy_text(lang),
}
