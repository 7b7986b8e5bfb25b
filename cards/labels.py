"""What the values of an alert are called on cards."""

from collections.abc import Mapping

from bot.alerts.alert import Alert
from bot.alerts.people import Person, name_of_group
from bot.alerts.views import AlertView
from bot.alerts.words import Classification, Severity, Status
from cards import vocabulary
from cards.language import Language, as_words

#: Characters looked at of a value that we have no label for.
_LONG = 80

#: States that say no more than that this is not a thing to be investigated automatically.
_NOT_INVESTIGATED = frozenset({"unsupportedAlertType", "unsupportedOs"})


def severity_label(severity: Severity, lang: Language) -> str:
    return lang.term(vocabulary.SEVERITIES, severity)


def status_label(status: Status, lang: Language) -> str:
    return lang.term(vocabulary.STATUSES, status)


def state_label(alert: Alert, lang: Language) -> str:
    """`New`, or `New · hidden`: where it stands in a list."""
    label = status_label(alert.status, lang)
    return f"{label} · {lang.t('hidden')}" if alert.is_hidden else label


def classification_label(classification: Classification, lang: Language) -> str:
    return lang.term(vocabulary.CLASSIFICATIONS, classification)


def determination_label(determination: str, lang: Language) -> str:
    return lang.term(vocabulary.DETERMINATIONS, determination[:_LONG]) if determination else lang.t("Not set")


def verdict_label(classification: Classification, determination: str, lang: Language) -> str:
    """`True positive · Malware`, or `Not set`."""
    label = classification_label(classification, lang)
    return f"{label} · {determination_label(determination, lang)}" if determination else label


def service_label(alert: Alert, lang: Language) -> str:
    """Which product it is about: Defender's short name, else the product's, else the source's."""
    if alert.service_source and alert.service_source != "unknown":
        return lang.term(vocabulary.SERVICES, alert.service_source[:_LONG])
    return alert.product or lang.term(vocabulary.SOURCES, alert.source[:_LONG])


def detection_label(alert: Alert, lang: Language) -> str:
    """Empty where the source did not say."""
    return _known(vocabulary.DETECTIONS, alert.detection_source, lang)


def investigation_label(alert: Alert, lang: Language) -> str:
    """Empty where there was no automated investigation."""
    return _known(vocabulary.INVESTIGATIONS, alert.investigation_state, lang)


def investigation_note(alert: Alert, lang: Language) -> str:
    """`investigation: running`, where there is or was one."""
    if alert.investigation_state in _NOT_INVESTIGATED or waits_for_approval(alert):
        return ""
    state = investigation_label(alert, lang)
    return lang.t("investigation: {state}", state=lang.inside(state)) if state else ""


def waits_for_approval(alert: Alert) -> bool:
    """Whether the automated investigation waits for somebody: that is said louder than any note."""
    return alert.investigation_state == "pendingApproval" and alert.is_open


def category_label(category: str, lang: Language) -> str:
    """`CredentialAccess` as `Credential access`; what a source calls otherwise is shown as its words."""
    label = vocabulary.CATEGORIES.get(category[:_LONG].replace(" ", "").replace("_", "").casefold())
    return lang.catalogue.gettext(label) if label else as_words(category[:_LONG])


def kind_label(kind: str, lang: Language) -> str:
    """The heading of a group of evidence."""
    return lang.term(vocabulary.KINDS, kind[:_LONG])


def person_label(who: str, people: Mapping[str, Person]) -> str:
    """A name; for somebody whom we have not met, what the source called them."""
    person = people.get(who)
    return person.name if person else name_of_group(who) or who


def incident_label(view: AlertView, lang: Language) -> str:
    """`incident 28`, or nothing."""
    number = view.alert.incident
    return lang.t("incident {number}", number=number) if number is not None else ""


def _known(labels: vocabulary.Labels, value: str, lang: Language) -> str:
    return lang.term(labels, value[:_LONG]) if value and value != "unknown" else ""
