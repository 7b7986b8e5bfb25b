"""Which fields a condition may ask for, by which names, and what each can be asked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from bot.alerts.condition import ANY_KIND, COMPARISONS, ConditionError, Field, Op
from bot.alerts.condition_values import fold
from bot.alerts.condition_vocabulary import (
    CLASSIFICATIONS,
    DETECTIONS,
    DETERMINATIONS,
    FLAGS,
    INVESTIGATIONS,
    KINDS,
    PROPERTIES,
    SERVICES,
    SEVERITIES,
    SIGNALS,
    STATUSES,
    VERDICTS,
)
from bot.alerts.errors import say


class Sort(StrEnum):
    """What kind of values a field has."""

    #: Words in title, description, assets and number.
    WORDS = "words"
    #: Sentences, in which one looks for words.
    PROSE = "prose"
    #: A name or a word of an open vocabulary.
    WORD = "word"
    #: One of a closed vocabulary; `Spec.choices`.
    CHOICE = "choice"
    #: The same, in the order of the vocabulary.
    RANK = "rank"
    NUMBER = "number"
    #: Whether the alert has a value there: yes or no.
    FLAG = "flag"
    TIME = "time"
    #: Somebody: me, nobody, a name or an id.
    PERSON = "person"


_TEXT = frozenset({Op.IS, Op.EQUALS, Op.CONTAINS, Op.STARTS, Op.EXISTS})
_CHOICE = frozenset({Op.IS, Op.EQUALS, Op.EXISTS})
OPS: Mapping[Sort, frozenset[Op]] = {
    Sort.WORDS: frozenset({Op.IS}),
    Sort.PROSE: _TEXT,
    Sort.WORD: _TEXT,
    Sort.PERSON: _TEXT,
    Sort.CHOICE: _CHOICE,
    Sort.RANK: _CHOICE | COMPARISONS,
    Sort.NUMBER: _CHOICE | COMPARISONS,
    Sort.FLAG: _CHOICE,
    Sort.TIME: frozenset({Op.IS, Op.EXISTS}) | COMPARISONS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """One field. `attributes` are the alert's; fields without any are about evidence."""

    sort: Sort
    example: str
    attributes: tuple[str, ...] = ()
    #: Other names of the field.
    aliases: tuple[str, ...] = ()
    #: Other words for its values, squashed, and what they stand for.
    words: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[str, ...] = ()
    #: Patterns, with {} for the value, that IS takes for the same name.
    loose: tuple[str, ...] = ()
    #: IS takes `No threats found` for `noThreatsFound`.
    squashed: bool = False
    #: The value that a closed vocabulary has for none.
    none: str = ""
    #: Words that stand for several values.
    sets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: A length of time counts from now on, not back from now.
    ahead: bool = False

    @property
    def of_evidence(self) -> bool:
        return not self.attributes


def _word(example: str, *attributes: str, aliases: tuple[str, ...] = (), squashed: bool = False) -> Spec:
    return Spec(sort=Sort.WORD, example=example, attributes=attributes, aliases=aliases, squashed=squashed)


def _time(example: str, attribute: str, *aliases: str) -> Spec:
    return Spec(sort=Sort.TIME, example=example, attributes=(attribute,), aliases=aliases)


#: People are meant without their domain, and by any part of their name.
_SOMEBODY = ("{}@*", "*\\{}", "{} *", "* {}", "* {} *")

FIELDS: Mapping[str, Spec] = MappingProxyType(
    {
        "words": Spec(sort=Sort.WORDS, example="mimikatz", attributes=("title", "description", "number")),
        "number": Spec(sort=Sort.NUMBER, example="number:1042", attributes=("number",), aliases=("alert",)),
        "title": Spec(sort=Sort.PROSE, example='title:"password spray"', attributes=("title",), aliases=("name",)),
        "description": Spec(sort=Sort.PROSE, example="description:lsass", attributes=("description",)),
        "recommendation": Spec(sort=Sort.PROSE, example="recommendation:isolate", attributes=("recommended_actions",)),
        "severity": Spec(sort=Sort.RANK, example="severity>=medium", attributes=("severity",), **SEVERITIES),
        "status": Spec(
            sort=Sort.CHOICE,
            example="status:new",
            attributes=("status",),
            sets={"open": ("new", "inProgress")},
            **STATUSES,
        ),
        "signal": Spec(sort=Sort.CHOICE, example="signal:firing", attributes=("signal",), **SIGNALS),
        "hidden": Spec(sort=Sort.FLAG, example="hidden:yes", attributes=("hidden",), **FLAGS),
        "classification": Spec(
            sort=Sort.CHOICE,
            example='classification:"false positive"',
            attributes=("classification",),
            aliases=("class",),
            **CLASSIFICATIONS,
        ),
        "determination": Spec(
            sort=Sort.CHOICE, example="determination:malware", attributes=("determination",), **DETERMINATIONS
        ),
        "assignee": Spec(
            sort=Sort.PERSON,
            example="assignee:me",
            attributes=("assignee",),
            aliases=("assigned", "owner"),
            words={"nobody": "nobody", "me": "me", "none": "nobody", "unassigned": "nobody"},
            loose=_SOMEBODY,
        ),
        "incident": Spec(sort=Sort.NUMBER, example="incident:28", attributes=("incident",)),
        "comments": Spec(sort=Sort.NUMBER, example="comments>2", attributes=("comment_count",)),
        "tag": _word("tag:vip", "tags", "source_tags", aliases=("tags",)),
        "source": _word("source:graph", "source"),
        "external": _word("external:da637*", "external_id", aliases=("externalid",)),
        "service": Spec(
            sort=Sort.WORD,
            example="service:endpoint",
            attributes=("service_source",),
            aliases=("servicesource",),
            squashed=True,
            **SERVICES,
        ),
        "detection": Spec(
            sort=Sort.WORD,
            example="detection:antivirus",
            attributes=("detection_source",),
            aliases=("detectionsource", "detectedby"),
            squashed=True,
            **DETECTIONS,
        ),
        "investigation": Spec(
            sort=Sort.WORD,
            example="investigation:running",
            attributes=("investigation_state",),
            aliases=("investigationstate",),
            squashed=True,
            **INVESTIGATIONS,
        ),
        "category": _word('category:"credential access"', "category", squashed=True),
        "type": _word("type:KubePodCrashLooping", "alert_type", aliases=("alerttype", "alertname", "detector")),
        "product": _word('product:"Microsoft Defender XDR"', "product"),
        "threat": _word("threat:emotet", "threat"),
        "actor": _word('actor:"Midnight Blizzard"', "threat_actor", aliases=("threatactor",)),
        "mitre": _word("mitre:T1003*", "mitre", aliases=("technique", "techniques")),
        "label": _word("label.team:payments", "labels", aliases=("labels", "detail", "details")),
        "created": _time("created:2026-11-21", "created_at"),
        "first": _time("first>2d", "first_activity", "firstactivity"),
        "last": _time("last>7d", "last_activity", "lastactivity", "activity"),
        "received": _time("received>2h", "received_at"),
        "acknowledged": _time("not acknowledged:*", "acknowledged_at"),
        "resolved": _time("resolved>1d", "resolved_at"),
        "due": Spec(sort=Sort.TIME, example="due<1h", attributes=("due_at",), ahead=True),
        "overdue": Spec(sort=Sort.FLAG, example="overdue:yes", attributes=("due_at",), aliases=("late",), **FLAGS),
        "evidence": _word("evidence:mimi*", aliases=("ioc", "indicator", "asset")),
        "kind": _word("kind:file"),
        "entity": _word('entity:"ip:10.0.0.7"'),
        "role": _word("role:trigger", aliases=("roles",), squashed=True),
        "verdict": Spec(sort=Sort.WORD, example="verdict:malicious", squashed=True, **VERDICTS),
        "remediation": _word("remediation:blocked", squashed=True),
        "evidencetag": _word('evidencetag:"domain controller"', aliases=("assettag", "devicetag")),
    }
)

#: What IS takes for the name of a piece of these kinds.
_LOOSE_KINDS: Mapping[str, tuple[str, ...]] = {
    "device": ("{}.*",),
    "user": _SOMEBODY,
    "mailbox": ("{}@*",),
}

_ALIASES = {alias: name for name, spec in FIELDS.items() for alias in spec.aliases}

#: A name of a field, folded, to the kind of evidence that it means.
_KIND_NAMES = {fold(name): kind for kind, names in KINDS.items() for name in (kind, *names)}

#: The shortest names for people, where they are not a field's.
_KIND_SHOWN = {kind: (names or (kind,))[0] for kind, names in KINDS.items()}


@lru_cache(maxsize=1_024)
def spec_of(wanted: Field) -> Spec:
    """What a field can be asked. Raises ConditionError where there is no such field."""
    spec = FIELDS.get(wanted.name)
    if spec is None:
        raise unknown_field(wanted.name)
    longest = {"label": 1, "evidence": MAX_PATH}.get(wanted.name, 0)
    if len(wanted.path) > longest or (wanted.name == "label" and not wanted.path) or not all(wanted.path):
        raise unknown_field(".".join((wanted.name, *wanted.path)))
    if wanted.name == "evidence" and len(wanted.path) == 1:
        if wanted.path[0] == ANY_KIND:
            raise unknown_field("evidence.*")
        kind = _KIND_SHOWN.get(wanted.path[0], "evidence." + wanted.path[0])
        return Spec(sort=Sort.WORD, example=f"{kind}:web-*", loose=_LOOSE_KINDS.get(wanted.path[0], ()))
    return spec


#: Steps of the path to a property, its kind among them.
MAX_PATH = 8

_PLAIN_STEP = re.compile(r"[\w@$/-]+")


def find_field(steps: tuple[str, ...]) -> Field:
    """The field that people mean by a dotted name, given in its steps. Raises ConditionError."""
    first, *rest = steps
    name = fold(first)
    name = _ALIASES.get(name, name)
    if name == "evidence" and rest:
        return _evidence(rest[0], tuple(rest[1:]))
    if name == "label" and rest:
        return Field("label", (".".join(rest),))
    if name == "label":
        raise ConditionError("noLabel", say("say which label"), suggestion=FIELDS["label"].example)
    if name in FIELDS and name != "words":
        if rest:
            raise unknown_field(".".join(steps))
        return Field(name)
    if name in _KIND_NAMES:
        return _evidence(name, tuple(rest))
    raise unknown_field(".".join(steps))


def canonical(wanted: Field) -> Field:
    """The field in its one spelling. Raises ConditionError."""
    if wanted.name == "evidence" and wanted.path:
        return _evidence(wanted.path[0], wanted.path[1:])
    return wanted


def name_of(wanted: Field) -> str:
    """How a field is written; `find_field` reads it again."""
    if wanted.name == "label":
        # A dot is part of a label's name and needs no quotes, unless nothing stands beside it.
        return "label." + ".".join(map(_quoted_step, wanted.path[0].split("."))) if _splits(wanted) else _label(wanted)
    if wanted.name != "evidence" or not wanted.path:
        return wanted.name
    kind, *path = wanted.path
    short = next((name for name, full in PROPERTIES.get(kind, {}).items() if full == tuple(path)), None)
    shown = _KIND_SHOWN.get(kind)
    if shown is None or shown in FIELDS or shown in _ALIASES:
        shown = f"evidence.{kind if kind == ANY_KIND else _quoted_step(kind)}"
    return ".".join((shown, *([short] if short else map(_quoted_step, path))))


def unknown_field(name: str) -> ConditionError:
    """The error for a name that no field has, with the nearest one that there is."""
    names = [*(known for known in FIELDS if known != "words"), *_ALIASES, *_KIND_NAMES]
    near = get_close_matches(fold(name.partition(".")[0]), names, n=1, cutoff=0.6)
    if near:
        message = say("there is no field {name}; did you mean {near}?", name=name, near=near[0])
        return ConditionError("unknownField", message, suggestion=near[0])
    message = say("there is no field {name}; to look for the words themselves, put them in quotes", name=name)
    return ConditionError("unknownField", message)


def _evidence(kind: str, path: tuple[str, ...]) -> Field:
    known = kind if kind == ANY_KIND else _KIND_NAMES.get(fold(kind), kind)
    if len(path) == 1:
        path = PROPERTIES.get(known, {}).get(fold(path[0]), path)
    if 1 + len(path) > MAX_PATH or (known == ANY_KIND and not path):
        raise unknown_field(".".join(("evidence", kind, *path)))
    return Field("evidence", (known, *path))


def _splits(wanted: Field) -> bool:
    return all(wanted.path[0].split("."))


def _label(wanted: Field) -> str:
    return 'label."' + wanted.path[0].replace('"', '""') + '"'


def _quoted_step(step: str) -> str:
    return step if _PLAIN_STEP.fullmatch(step) else '"' + step.replace('"', '""') + '"'
