"""Microsoft Graph: whether the app may do what the settings ask of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from bot.alerts.errors import DeliveryDelayed
from bot.alerts.triage import Lookup, Mode
from bot.doctor.finding import Finding, failed, ok, warning
from bot.doctor.ground import Ground
from bot.doctor.sign_in import claims_of, refusal
from bot.sources.graph.client import GraphProblem

GRAPH: Final = "Graph"


@dataclass(frozen=True, slots=True)
class Need:
    """One of these application permissions, the least first; without it something does not work."""

    any_of: tuple[str, ...]
    without: str
    #: The rest goes on without it.
    is_extra: bool = False


_READ: Final = (
    Need(("SecurityAlert.Read.All", "SecurityAlert.ReadWrite.All"), "no alert of Defender comes in"),
    Need(("SecurityIncident.Read.All", "SecurityIncident.ReadWrite.All"), "no incident of Defender comes in"),
)
_WRITE: Final = (
    Need(("SecurityAlert.ReadWrite.All",), "Defender is not told what people do with alerts"),
    Need(("SecurityIncident.ReadWrite.All",), "Defender is not told what people do with incidents"),
    Need(("SecurityData.Manage.All",), "alerts are not moved and incidents not merged in Defender", is_extra=True),
)
_GROUPS: Final = Need(
    ("GroupMember.Read.All", "Group.Read.All", "Directory.Read.All"), "nobody has a permission role by a group"
)
_ROLES: Final = Need(
    ("RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory", "Directory.Read.All"),
    "nobody has a permission role by a directory role",
)
_LOOKUPS: Final = {
    Lookup.AWAY: Need(
        ("MailboxSettings.Read", "MailboxSettings.ReadWrite"),
        "triage rules that ask who is away do nothing",
        is_extra=True,
    ),
    Lookup.HIGH_RISK: Need(
        ("IdentityRiskyUser.Read.All", "IdentityRiskyUser.ReadWrite.All"),
        "triage rules that ask who is at risk do nothing",
        is_extra=True,
    ),
}


async def graph(ground: Ground) -> Sequence[Finding]:
    """The permissions that its token names, then a call of each kind."""
    settings = ground.settings
    asks, groups = settings.graph_alerts != "off", sorted(settings.access.groups)
    needs = await _needs(ground, groups)
    try:
        token = await ground.graph_tokens.token()
    except DeliveryDelayed as refused:
        return [refusal(GRAPH, str(refused), settings.login_url)]
    roles = claims_of(token).get("roles")
    given = frozenset(map(str, roles)) if isinstance(roles, list) else frozenset[str]()
    found = [_missing(need) for need in needs if given.isdisjoint(need.any_of)]
    # What is asked in vain for want of a permission has been named already.
    lacking = {need for need in needs if given.isdisjoint(need.any_of)}
    if asks and not lacking.intersection((*_READ, *_WRITE[:2])):
        found += [
            problem
            for path in ("alerts_v2", "incidents")
            if (problem := await _asked(ground, f"/v1.0/security/{path}?$top=1"))
        ]
    for group in groups:
        if (_ROLES if group.startswith("role:") else _GROUPS) not in lacking:
            found += [problem for problem in [await _asked(ground, _members(group), group)] if problem]
    if not found:
        host = urlsplit(settings.graph_url).netloc
        found = [ok(GRAPH, f"{host} answers, and the app has the {len(needs)} permissions that the settings need.")]
    return found


async def _needs(ground: Ground, groups: Sequence[str]) -> list[Need]:
    mode = ground.settings.graph_alerts
    needs: list[Need] = [*(_READ if mode == "read" else _WRITE if mode == "readwrite" else ())]
    needs += [_GROUPS] if any(not group.startswith("role:") for group in groups) else []
    needs += [_ROLES] if any(group.startswith("role:") for group in groups) else []
    rules = await ground.store.read(lambda uow: uow.triage.rules())
    asked = {asked.lookup for rule in rules if rule.mode is Mode.ACT for asked in rule.asked}
    return needs + [_LOOKUPS[lookup] for lookup in sorted(asked)]


def _missing(need: Need) -> Finding:
    least = need.any_of[0]
    found = f"The app lacks the application permission {least}: {need.without}."
    fix = (
        f"Add {least} in the app registration (API permissions, Microsoft Graph, Application permissions) and grant"
        " admin consent; a new token may take an hour."
    )
    return (warning if need.is_extra else failed)(GRAPH, found, fix)


def _members(group: str) -> str:
    kind, _, number = group.rpartition(":")
    if kind == "role":
        return f"/v1.0/directoryRoles(roleTemplateId='{quote(number, safe='')}')/members?$select=id"
    return f"/v1.0/groups/{quote(number, safe='')}/transitiveMembers?$select=id&$top=1"


async def _asked(ground: Ground, path: str, group: str = "") -> Finding | None:
    """What is wrong with one call, None where it is answered."""
    try:
        await ground.graph.page(path)
    except GraphProblem as problem:
        return _problem(problem, path.partition("?")[0], group)
    return None


def _problem(problem: GraphProblem, path: str, group: str) -> Finding:
    if group and problem.status == 404:
        if group.startswith("role:"):
            return warning(GRAPH, f"Nobody has ever had the directory role {group}.", "Give it to somebody in Entra.")
        fix = "Write the group's Object ID from Entra, not its name, nor a team's 19:…@thread.tacv2."
        return failed(GRAPH, f"Entra knows no group {group}, which the settings name.", fix)
    if problem.status == 403:
        fix = "See that the tenant has a licence for it, and that admin consent was granted in this tenant."
        return failed(
            GRAPH, f"{path} is refused ({problem.status} {problem.code}) although the permission is there.", fix
        )
    if problem.status == 429:
        return warning(GRAPH, f"{path} is throttled (429).", "Other programs use the same app: give the bot its own.")
    if problem.status == 0:
        return failed(GRAPH, f"{problem}.", "Let this machine reach TOCSIN_GRAPH_URL over HTTPS.")
    fix = "Compare TOCSIN_GRAPH_URL with your cloud's Graph; where Graph is in trouble, try again later."
    return failed(GRAPH, f"{path} is answered {problem.status} {problem.code}.", fix)
