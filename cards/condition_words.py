"""Conditions in people's words: fields, operators and values, a test as one line."""

from collections.abc import Mapping

from bot.alerts.condition import ANY_KIND, Field, Op, Test
from bot.alerts.condition_fields import OPS, Sort, name_of, spec_of
from bot.alerts.condition_values import is_ago
from bot.alerts.condition_vocabulary import KINDS, PROPERTIES
from cards import vocabulary
from cards.language import Language, as_words, mark
from cards.safe import brief
from cards.vocabulary import Labels

#: Characters of a value in a line, and values that are named there.
_VALUE, _VALUES = 60, 6

FIELD_LABELS: Labels = {
    "words": mark("Words anywhere"), "number": mark("Number"), "title": mark("Title"),
    "description": mark("Description"), "recommendation": mark("Recommended actions"), "severity": mark("Severity"),
    "status": mark("Status"), "signal": mark("Signal"), "classification": mark("Classification"),
    "determination": mark("Determination"), "assignee": mark("Assigned to"), "incident": mark("Incident"),
    "comments": mark("Number of comments"), "tag": mark("Tag"), "hidden": mark("Hidden by a rule"),
    "due": mark("Due"), "overdue": mark("Overdue"),
    "source": mark("Source"), "external": mark("Id at the source"), "service": mark("Service source"),
    "detection": mark("Detected by"), "investigation": mark("Investigation"), "category": mark("Category"),
    "type": mark("Alert type"), "product": mark("Product"), "threat": mark("Threat"), "actor": mark("Threat actor"),
    "mitre": mark("Technique"), "created": mark("Created"), "first": mark("First activity"),
    "last": mark("Last activity"), "received": mark("Received"), "acknowledged": mark("First handled"),
    "resolved": mark("Resolved at"), "evidence": mark("Any evidence"), "kind": mark("Kind of evidence"),
    "entity": mark("Exact evidence"), "role": mark("Role of evidence"), "verdict": mark("Verdict on evidence"),
    "remediation": mark("Remediation of evidence"), "evidencetag": mark("Tag of evidence"),
}  # fmt: skip

_KIND_LABELS: Labels = {
    "device": mark("Host"), "user": mark("User"), "file": mark("File"), "fileHash": mark("File hash"),
    "process": mark("Process"), "ip": mark("IP address"), "url": mark("URL"), "dns": mark("Domain"),
    "mailbox": mark("Mailbox"), "analyzedMessage": mark("Email"), "cloudApplication": mark("Cloud app"),
    "oauthApplication": mark("OAuth app"), "registryKey": mark("Registry key"),
    "scheduledTask": mark("Scheduled task"), "amsiScript": mark("AMSI script"), "wmiEvent": mark("WMI event"),
    ANY_KIND: mark("Any evidence"),
}  # fmt: skip

_VALUE_LABELS: Mapping[str, Labels] = {
    "severity": vocabulary.SEVERITIES,
    "status": vocabulary.STATUSES,
    "signal": vocabulary.SIGNALS,
    "classification": vocabulary.CLASSIFICATIONS,
    "determination": vocabulary.DETERMINATIONS,
    "service": vocabulary.SERVICES,
    "detection": vocabulary.DETECTIONS,
    "investigation": vocabulary.INVESTIGATIONS,
    "verdict": vocabulary.VERDICTS,
    "remediation": vocabulary.REMEDIATIONS,
    "role": vocabulary.ROLES,
}

#: Open vocabularies that are short enough to be ticked.
_TICKED = frozenset({"service", "verdict", "role", "remediation"})

_IS: Mapping[Sort, str] = {
    Sort.WORDS: mark("are"),
    Sort.PROSE: mark("has the words"),
    Sort.TIME: mark("is within the last, or on"),
}

_OPS: Mapping[Op, str] = {
    Op.IS: mark("is"), Op.EQUALS: mark("is exactly"), Op.CONTAINS: mark("contains"), Op.STARTS: mark("starts with"),
    Op.BELOW: mark("is below"), Op.AT_MOST: mark("is at most"), Op.ABOVE: mark("is above"),
    Op.AT_LEAST: mark("is at least"), Op.EXISTS: mark("has any value"),
}  # fmt: skip

_TIMED: Mapping[Op, str] = {
    Op.BELOW: mark("is before"), Op.AT_MOST: mark("is not after"), Op.ABOVE: mark("is after"),
    Op.AT_LEAST: mark("is not before"),
}  # fmt: skip

#: Fields that stand in the list of fields, the most asked for first; then kinds of evidence and their properties.
_LISTED = (
    "severity", "title", "words", "status", "service", "type", "category", "tag", "assignee", "classification",
    "determination", "last", "first", "created", "received", "resolved", "acknowledged", "incident", "comments",
    "description", "recommendation", "detection", "investigation", "mitre", "threat", "actor", "product", "source",
    "signal", "number", "external", "hidden", "due", "overdue",
)  # fmt: skip
_OF_EVIDENCE = ("evidence", "role", "verdict", "remediation", "evidencetag", "kind", "entity")
_LISTED_KINDS = tuple(kind for kind in _KIND_LABELS if kind != ANY_KIND)


def field_label(field: Field, lang: Language) -> str:
    """`Severity`, `Host`, `File: sha256`, `Label: team`."""
    if field.name == "label":
        return lang.t("Label: {name}", name=brief(field.path[0], _VALUE))
    if field.name != "evidence" or not field.path:
        return lang.term(FIELD_LABELS, field.name)
    kind, *path = field.path
    label = kind_name(kind, lang)
    if not path:
        return label
    short = next((name for name, full in PROPERTIES.get(kind, {}).items() if full == tuple(path)), ".".join(path))
    return f"{label}: {brief(short, _VALUE)}"


def kind_name(kind: str, lang: Language) -> str:
    return lang.term(_KIND_LABELS, kind) if kind in _KIND_LABELS else as_words(kind[:_VALUE])


def op_label(field: Field, op: Op, lang: Language) -> str:
    sort = spec_of(field).sort
    if spec_of(field).ahead and op is Op.IS:
        return lang.t("is within the next, or on")
    message = (_IS.get(sort) if op is Op.IS else _TIMED.get(op) if sort is Sort.TIME else None) or _OPS[op]
    return lang.catalogue.gettext(message)


def ops_of(field: Field, now: Op) -> list[Op]:
    """What a form offers to ask; of two that mean the same for a field, the one that it has now."""
    spec = spec_of(field)
    allowed = [op for op in Op if op in OPS[spec.sort]]
    return [op for op in allowed if op is not Op.EQUALS or now is op or not spec.choices]


def value_label(field: Field, value: str, lang: Language) -> str:
    labels = _VALUE_LABELS.get(field.name)
    if labels is not None and value in labels:
        return lang.term(labels, value)
    return kind_name(value, lang) if field.name == "kind" and value in KINDS else brief(value, _VALUE)


def test_line(test: Test, lang: Language) -> str:
    """`Severity is at least Medium`, `Host is web-* or db-1`."""
    label = field_label(test.field, lang)
    if test.op is Op.EXISTS:
        return lang.t("{field} has any value", field=label)
    if spec_of(test.field).sort is Sort.TIME:
        return _time_line(test, label, lang)
    values = [value_label(test.field, value, lang) for value in test.values[:_VALUES]]
    if len(test.values) > _VALUES:
        values.append(lang.n("{count} more", "{count} more", len(test.values) - _VALUES))
    return f"{label} {op_label(test.field, test.op, lang)} {lang.t(' or ').join(values)}"


def _time_line(test: Test, label: str, lang: Language) -> str:
    """`Last activity is within the last 7d`, `Created is before 2026-11-21`."""
    value = test.values[0]
    ahead = spec_of(test.field).ahead
    if ahead and test.op is Op.IS and is_ago(value):
        return lang.t("{field} is within the next {span}", field=label, span=value)
    if test.op is Op.IS and is_ago(value):
        return lang.t("{field} is within the last {span}", field=label, span=value)
    if test.op in {Op.IS, Op.EQUALS}:
        return lang.t("{field} is on {day}", field=label, day=lang.t(" or ").join(test.values[:_VALUES]))
    moment = value
    if is_ago(value):
        moment = lang.t("{span} from now", span=value) if ahead else lang.t("{span} ago", span=value)
    return f"{label} {op_label(test.field, test.op, lang)} {moment}"


def ticked(field: Field, lang: Language) -> list[tuple[str, str]]:
    """Value and label of what can be ticked; empty where values are typed."""
    spec = spec_of(field)
    values = spec.choices or (tuple(_VALUE_LABELS[field.name]) if field.name in _TICKED else ())
    return [(value, value_label(field, value, lang)) for value in values]


def listed_fields(lang: Language, *, kind: str = "", of_evidence: bool = False) -> list[tuple[str, str]]:
    """Name and label of what can be asked for; inside of a piece of evidence of some kind, what that kind has."""
    kinds = [kind] if kind in KINDS else list(_LISTED_KINDS)
    fields = [] if of_evidence else [Field(name) for name in _LISTED]
    fields += [Field("evidence", (one,)) for one in kinds]
    fields += [Field("evidence", (one, *path)) for one in kinds for path in PROPERTIES.get(one, {}).values()]
    fields += [Field(name) for name in _OF_EVIDENCE]
    return [(name_of(field), field_label(field, lang)) for field in fields]
