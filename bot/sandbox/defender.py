"""Defender's own books in the sandbox: its alerts and incidents, as Graph and the portal change them."""

import re
import uuid
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.sandbox.clock import stamp
from bot.sandbox.world import Json

_STATUSES: Final = ("unknown", "new", "inProgress", "resolved")
_CLASSIFICATIONS: Final = ("unknown", "falsePositive", "truePositive", "informationalExpectedActivity")
_DETERMINATIONS: Final = (
    "unknown", "apt", "malware", "securityPersonnel", "securityTesting", "unwantedSoftware", "other",
    "multiStagedAttack", "compromisedAccount", "phishing", "maliciousUserActivity", "notMalicious",
    "notEnoughDataToValidate", "confirmedActivity", "lineOfBusinessApplication",
)  # fmt: skip
_CHANGEABLE: Final[Mapping[str, tuple[str, ...] | None]] = {
    "status": _STATUSES, "classification": _CLASSIFICATIONS, "determination": _DETERMINATIONS, "assignedTo": None,
    "customDetails": None,
}  # fmt: skip
#: What may be changed of an incident: https://learn.microsoft.com/graph/api/security-incident-update
_OF_INCIDENTS: Final = frozenset(
    {"status", "assignedTo", "classification", "determination", "customTags", "severity", "displayName", "description",
     "summary", "resolvingComment"}
)  # fmt: skip
_INCIDENT_STATUSES: Final = ("active", "inProgress", "resolved", "redirected", "awaitingAction")
_COMMENT_LENGTH: Final = 30_000

#: What was done that the portal's page still shows, and the name of what investigates by itself.
_NOTED: Final = 500
INVESTIGATION: Final = "Automated investigation"
_TERM = re.compile(r"(\w+) (eq|ne|ge|gt|le|lt) ('[^']*'|\S+)")


class BadGraphRequestError(Exception):
    """What Graph answers with 400; the text is its message."""


@dataclass(slots=True)
class Defender:
    """Alerts by id and incidents by id. Times are the sandbox's."""

    alerts: dict[str, Json] = field(default_factory=dict)
    incidents: dict[str, Json] = field(default_factory=dict)
    #: Who did what, oldest first, for the portal's page: Graph does not tell.
    log: deque[Json] = field(default_factory=lambda: deque(maxlen=_NOTED))

    def raise_alert(self, alert: Json, now: datetime) -> Json:
        """A new alert of a Defender product; with an incident of its own where it names one."""
        number = str(alert["id"])
        alert = {"comments": [], **self.alerts.get(number, {}), **alert, "lastUpdateDateTime": stamp(now)}
        self.alerts[number] = alert
        if incident := alert.get("incidentId"):
            self._incident(str(incident), str(alert.get("title", "")), now)
        return alert

    def learn(self, payload: object, now: datetime) -> None:
        """What is sent on as an alert of Defender's is one that Defender has, where it looks like one."""
        if isinstance(payload, dict) and isinstance(payload.get("id"), str) and "serviceSource" in payload:
            self.raise_alert(payload, now)

    def change(self, alert: str, changes: Json, now: datetime, by: str) -> Json:
        """Set fields; Defender itself may set any. Raises BadGraphRequestError, and KeyError where it is not there."""
        known = self.alerts[alert]
        for name, value in changes.items():
            if name.startswith("@") or by == INVESTIGATION:
                continue
            if name not in _CHANGEABLE:
                raise BadGraphRequestError(f"The property '{name}' cannot be updated.")
            allowed = _CHANGEABLE[name]
            if allowed is not None and value is not None and value not in allowed:
                raise BadGraphRequestError(f"Requested value '{value}' was not found for '{name}'.")
        self._note(now, by, _news(known, changes), alert=alert)
        known |= _fields(changes)
        known["resolvedDateTime"] = stamp(now) if known.get("status") == "resolved" else None
        known["lastUpdateDateTime"] = stamp(now)
        return known

    def comment(self, alert: str, text: str, author: str, now: datetime) -> list[Json]:
        """Add a comment, which never gets an id. All comments."""
        if not isinstance(text, str) or not text.strip() or len(text) > _COMMENT_LENGTH:
            raise BadGraphRequestError(f"A comment has 1 to {_COMMENT_LENGTH} characters.")
        known = self.alerts[alert]
        comment = {"comment": text, "createdByDisplayName": author, "createdDateTime": stamp(now)}
        comments: list[Json] = [*known["comments"], comment]
        known["comments"], known["lastUpdateDateTime"] = comments, stamp(now)
        self._note(now, author, "commented", alert=alert)
        return comments

    def move(self, alerts: list[str], incident: str | None, text: str, author: str, now: datetime) -> str:
        """Move alerts to an incident, or to a new one; its id."""
        missing = [number for number in alerts if number not in self.alerts]
        if missing or not alerts:
            raise BadGraphRequestError(f"Alerts not found: {', '.join(missing) or 'none was named'}")
        if incident is not None and incident not in self.incidents:
            raise BadGraphRequestError(f"Incident {incident} was not found.")
        if incident is not None and self.incidents[incident]["redirectIncidentId"]:
            raise BadGraphRequestError(f"Incident {incident} was merged already.")
        target = incident or str(1 + max((int(n) for n in self.incidents if n.isdigit()), default=100))
        first = self.alerts[alerts[0]]
        self._incident(target, str(first.get("title", "")), now)
        for number in alerts:
            self.alerts[number] |= {"incidentId": target, "lastUpdateDateTime": stamp(now)}
            self._note(now, author, f"moved it to incident {target}", alert=number, incident=target)
            if text:
                self.comment(number, text, author, now)
        return target

    def merge(self, incidents: list[str], now: datetime, by: str) -> str:
        """Merge incidents into the oldest of them; its id."""
        if len(set(incidents)) < 2 or any(number not in self.incidents for number in incidents):
            raise BadGraphRequestError("At least two incidents that exist are needed.")
        if merged := [number for number in incidents if self.incidents[number]["redirectIncidentId"]]:
            raise BadGraphRequestError(f"Incident {merged[0]} was merged already.")
        target, *others = sorted(set(incidents), key=lambda number: (len(number), number))
        for alert in self.alerts.values():
            if alert.get("incidentId") in others:
                alert |= {"incidentId": target, "lastUpdateDateTime": stamp(now)}
        for number in others:
            changed = {"status": "redirected", "redirectIncidentId": target, "lastUpdateDateTime": stamp(now)}
            self.incidents[number] |= changed | {"lastModifiedBy": by}
            self._note(now, by, f"merged it into incident {target}", incident=number)
        self.incidents[target] |= {"lastUpdateDateTime": stamp(now), "lastModifiedBy": by}
        return target

    def change_incident(self, incident: str, changes: Json, now: datetime, by: str) -> Json:
        """Set fields of an incident. Resolving or assigning it does so to its alerts. Raises KeyError where there is
        none."""
        known = self.incidents[incident]
        for name in _fields(changes):
            if name not in _OF_INCIDENTS:
                raise BadGraphRequestError(f"The property '{name}' cannot be updated.")
        if changes.get("status", "active") not in _INCIDENT_STATUSES:
            raise BadGraphRequestError(f"Requested value '{changes['status']}' was not found for 'status'.")
        self._note(now, by, _news(known, changes), incident=incident)
        before = {name: known.get(name) for name in ("status", "assignedTo")}
        known |= _fields(changes) | {"lastUpdateDateTime": stamp(now), "lastModifiedBy": by}
        for alert in [one for one in self.alerts.values() if one.get("incidentId") == incident]:
            given = {}
            if known["status"] == "resolved" != before["status"] and alert.get("status") != "resolved":
                given["status"] = "resolved"
            if known["assignedTo"] != before["assignedTo"] and alert.get("assignedTo") != known["assignedTo"]:
                given["assignedTo"] = known["assignedTo"]
            if given:
                self.change(str(alert["id"]), given, now, by)
        return known

    def comment_on_incident(self, incident: str, text: str, author: str, now: datetime) -> list[Json]:
        """Add a comment to an incident. All its comments."""
        if not isinstance(text, str) or not text.strip() or len(text) > _COMMENT_LENGTH:
            raise BadGraphRequestError(f"A comment has 1 to {_COMMENT_LENGTH} characters.")
        known = self.incidents[incident]
        comment = {"comment": text, "createdByDisplayName": author, "createdDateTime": stamp(now)}
        comments: list[Json] = [*known["comments"], comment]
        known |= {"comments": comments, "lastUpdateDateTime": stamp(now), "lastModifiedBy": author}
        self._note(now, author, "commented", incident=incident)
        return comments

    def _note(self, now: datetime, by: str, what: str, *, alert: str = "", incident: str = "") -> None:
        if what:
            self.log.append({"at": stamp(now), "by": by, "what": what, "alert": alert, "incident": incident})

    def _incident(self, number: str, name: str, now: datetime) -> None:
        known = self.incidents.get(number)
        if known is None:
            self.incidents[number] = {
                "id": number, "displayName": f"{name} on one endpoint", "status": "active", "assignedTo": None,
                "severity": "high", "classification": "unknown", "determination": "unknown", "comments": [],
                "incidentWebUrl": f"https://security.microsoft.com/incident2/{number}/overview",
                "createdDateTime": stamp(now), "lastUpdateDateTime": stamp(now), "redirectIncidentId": None,
                "tenantId": str(uuid.uuid5(uuid.NAMESPACE_URL, "tocsin-sandbox/tenant")),
            }  # fmt: skip
        else:
            known["lastUpdateDateTime"] = stamp(now)


def _fields(changes: Json) -> Json:
    return {name: value for name, value in changes.items() if not name.startswith("@")}


def _news(known: Json, changes: Json) -> str:
    """What a change says that was not so before, in words."""
    new = {name: value for name, value in _fields(changes).items() if known.get(name) != value}
    return "; ".join(f"{name}: {value or 'nobody' if name == 'assignedTo' else value}" for name, value in new.items())


def fits(item: Json, condition: str) -> bool:
    """Whether an item fits a `$filter` of comparisons joined by `and`. Raises BadGraphRequestError for any other."""
    for part in condition.split(" and ") if condition.strip() else ():
        match = _TERM.fullmatch(part.strip())
        if match is None:
            raise BadGraphRequestError(f"Invalid filter clause: {part}")
        name, operator, value = match[1], match[2], match[3].strip("'")
        if name not in item:
            raise BadGraphRequestError(f"Could not find a property named '{name}'.")
        if not _compares(str(item[name] or ""), operator, value):
            return False
    return True


def _compares(mine: str, operator: str, value: str) -> bool:
    if mine[:4].isdigit() and value[:4].isdigit() and "T" in value:  # times of different precision
        one, other = (datetime.fromisoformat(text).timestamp() for text in (mine, value))
        return _holds(one, operator, other)
    return _holds(mine, operator, value)


def _holds(one: float | str, operator: str, other: float | str) -> bool:
    less, same = one < other, one == other  # type: ignore[operator]  # both are of one kind
    return {
        "eq": same, "ne": not same, "lt": less, "le": less or same, "gt": not less and not same, "ge": not less
    }[operator]  # fmt: skip
