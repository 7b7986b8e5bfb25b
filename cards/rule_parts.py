"""Tuning rules in words: what one does, where, and what it would have caught."""

from datetime import datetime

from bot.alerts.condition import EVERYTHING
from bot.alerts.condition_text import to_text
from bot.alerts.tuning import Action, Lookback, Standing, Terms, TuningRule, WhyApproval
from bot.alerts.tuning_views import RuleView
from bot.alerts.words import Classification
from cards import vocabulary
from cards.labels import verdict_label
from cards.language import Language
from cards.parts import NAME, joined
from cards.safe import brief

#: Names of devices, groups and users that are shown; the rest are counted.
_NAMED = 4


def standing_text(view: RuleView, lang: Language) -> str:
    """`Draft`, `In force`, `Switched off`, `Expired`, `Waits for approval` …"""
    rule = view.rule
    match rule.standing:
        case Standing.DRAFT:
            return lang.t("Draft of a change") if view.edits is not None else lang.t("Draft")
        case Standing.WAITING:
            return lang.t("Waits for approval")
        case Standing.DECLINED:
            return lang.t("Declined by {who}", who=brief(rule.decided_by, NAME))
        case Standing.DELETED:
            return lang.t("Deleted")
        case Standing.IN_FORCE:
            in_force = lang.t("Expired") if view.is_expired else lang.t("In force")
            return in_force if rule.enabled else lang.t("Switched off")


def action_text(terms: Terms, lang: Language) -> str:
    """`Hides alerts`, `Resolves alerts as False positive · Not malicious`"""
    if terms.action is Action.HIDE:
        return lang.t("Hides alerts")
    return lang.t(
        "Resolves alerts as {verdict}", verdict=verdict_label(terms.classification, terms.determination, lang)
    )


def type_text(terms: Terms, lang: Language) -> str:
    if terms.alert_type:
        return lang.t("Only this alert type: {type}", type=type_name(terms))
    return lang.t("Any alert type based on IOC conditions")


def type_name(terms: Terms) -> str:
    """Sources name their types by ids that nobody knows; the title of an alert of the type says more."""
    return brief(terms.type_name or terms.alert_type, NAME)


def reach_text(terms: Terms, lang: Language) -> str:
    """`web-1, web-2; group Servers; user ana`, or `All devices in the organisation`."""
    if terms.is_everywhere:
        return lang.t("The whole organisation")
    groups = [lang.t("group {name}", name=brief(name, NAME)) for name in terms.groups]
    users = [lang.t("user {name}", name=brief(name, NAME)) for name in terms.users]
    devices = [brief(name, NAME) for name in terms.devices]
    return "; ".join(_some(names, lang) for names in (devices, groups, users) if names)


def services_text(terms: Terms, lang: Language) -> str:
    if not terms.services:
        return lang.t("All service sources")
    return ", ".join(service_name(name, lang) for name in terms.services)


def service_name(name: str, lang: Language) -> str:
    """A service source, or a source that has none, as people know it."""
    source = name.removeprefix("source:")
    labels = vocabulary.SERVICES if source == name else vocabulary.SOURCES
    return lang.term(labels, source[:NAME])


def indicators_text(terms: Terms, lang: Language) -> str:
    """As they are typed."""
    if terms.indicators == EVERYTHING:
        return lang.t("Any IOC")
    text = to_text(terms.indicators)
    return lang.t("Any IOC, and {condition}", condition=text) if terms.any_indicator else text


def summary_text(rule: TuningRule, lang: Language) -> str:
    """In one line, for the list: what, which type, where."""
    terms = rule.terms
    kind = type_name(terms) if terms.alert_type else lang.t("any alert type")
    return joined((action_text(terms, lang), kind, reach_text(terms, lang)))


def lookback_text(found: Lookback, lang: Language) -> str:
    """`In the last 30 days it would have caught 143 of 1204 alerts: 120 false positives, 21 never classified.`"""
    days = (found.until - found.since).days
    if not found.caught:
        return lang.n(
            "In the last day it would have caught nothing.",
            "In the last {count} days it would have caught nothing.",
            days,
        )
    parts = ", ".join(
        verdict_count(verdict, found.verdicts[verdict], lang) for verdict in _TOLD if verdict in found.verdicts
    )
    return lang.t(
        "In the last {days} days it would have caught {caught} of {total}: {parts}.",
        days=days,
        caught=found.caught,
        total=lang.n("{count} alert", "{count} alerts", found.total),
        parts=parts,
    )


def verdict_count(verdict: Classification, count: int, lang: Language) -> str:
    """`120 false positives`"""
    match verdict:
        case Classification.FALSE_POSITIVE:
            return lang.n("{count} false positive", "{count} false positives", count)
        case Classification.TRUE_POSITIVE:
            return lang.n("{count} true positive", "{count} true positives", count)
        case Classification.EXPECTED:
            return lang.n("{count} expected activity", "{count} expected activities", count)
        case Classification.NOT_SET:
            return lang.n("{count} never classified", "{count} never classified", count)


def why_text(why: WhyApproval, found: Lookback, lang: Language) -> str:
    """Why a second person has to agree."""
    if why is WhyApproval.TRUE_POSITIVE:
        return lang.n(
            "it would have caught {count} true positive",
            "it would have caught {count} true positives",
            found.verdicts.get(Classification.TRUE_POSITIVE, 0),
        )
    return lang.t("it would have caught {share} % of all alerts", share=round(100 * found.share))


def warnings_of(view: RuleView, lang: Language) -> list[str]:
    """What its author should mind."""
    found: list[str] = []
    if view.before is not None:
        found.append(
            lang.t(
                "Rule {number} “{name}” comes first and catches all of this: this rule would never act.",
                number=view.before.id,
                name=brief(view.before.terms.name, NAME),
            )
        )
    found += [lang.t("{name}: did you mean {other}?", name=name, other=other) for name, other in view.doubtful[:3]]
    lookback = view.rule.lookback
    is_new = view.rule.standing in {Standing.DRAFT, Standing.WAITING}
    if is_new and view.changeable:
        found.append(
            lang.t(
                "It asks for {fields}, which people and triage rules change later: a tuning rule looks only when an"
                " alert comes in.",
                fields=", ".join(view.changeable),
            )
        )
    if is_new:
        found += [
            lang.t(
                "Triage rule {number} “{name}” changes what this rule asks for. Each acts at most once on an alert, and"
                " this one first: it does not see what that one does.",
                number=number,
                name=brief(name, NAME),
            )
            for number, name in view.loops[:2]
        ]
    if is_new and lookback is not None and lookback.is_done and not lookback.caught:
        found.append(lang.t("It would have caught nothing: is the condition what you mean?"))
    if view.is_quiet:
        found.append(lang.t("It has caught nothing for a month: is it still needed?"))
    return found


def caught_text(view: RuleView, lang: Language, now: datetime) -> str:
    """`caught 12 alerts, last 03:12; 3 brought back`"""
    count = view.count
    if not count.alerts:
        return lang.t("has caught nothing yet")
    text = lang.n("caught {count} alert", "caught {count} alerts", count.alerts)
    if count.last is not None:
        text = lang.t("{caught}, last {at}", caught=text, at=lang.moment(count.last, now=now))
    return lang.t("{caught}; {count} undone", caught=text, count=count.undone) if count.undone else text


#: The order in which verdicts are told.
_TOLD = (
    Classification.TRUE_POSITIVE,
    Classification.FALSE_POSITIVE,
    Classification.EXPECTED,
    Classification.NOT_SET,
)


def _some(names: list[str], lang: Language) -> str:
    shown = names[:_NAMED]
    more = len(names) - len(shown)
    return ", ".join([*shown, lang.n("{count} more", "{count} more", more)] if more else shown)
