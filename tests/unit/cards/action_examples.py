"""Actions taken to draw cards of."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot.alerts.action_views import ActionsView, Investigations, group_of, in_groups, waits_for_approval
from bot.alerts.evidence import Evidence
from cards.actions_taken import render_actions
from cards.elements import Card
from cards.language import ENGLISH, Language
from tests.unit.cards import examples as given
from tests.unit.cards.saying import Change, as_it_is

PIECES = (
    Evidence("mailbox", "mailbox:ana", "ana@contoso.example", remediation="remediated"),
    Evidence("device", "device:web-1", "web-1", remediation="active", verdict="suspicious"),
    Evidence("device", "device:web-2", "web-2"),
    Evidence("user", "user:svc", "CONTOSO\\svc-build", remediation="declined"),
    Evidence(
        "file", "file:1", "mimikatz.exe", remediation="pendingApproval", verdict="malicious",
        properties={"remediationStatusDetails": "Quarantine the file"},
    ),
)  # fmt: skip


def taken(evidence: tuple[Evidence, ...] = PIECES, *, page: int = 0, left: int = 0) -> ActionsView:
    view = given.taken()
    alert = replace(view.alert, investigation_state="pendingApproval", labels={"investigationId": "2207"})
    others = [replace(given.taken().alert, number=number, investigation_state="benign") for number in (1033, 1021)]
    pieces = in_groups(evidence)
    return ActionsView(
        view=replace(view, alert=alert),
        evidence=pieces,
        counts=Counter(map(group_of, pieces)),
        waiting=waits_for_approval(pieces),
        investigations=Investigations({"benign": 9, "successfullyRemediated": 2}, others),
        page=page,
        left=left,
    )


def cards(lang: Language = ENGLISH, change: Change = as_it_is) -> dict[str, Card]:
    """All of them, drawn anew, each view after `change` of it."""

    def draw(render: Callable[..., Card], *views: Any, **more: Any) -> Card:
        return render(*map(change, views), **more)

    timed: dict[str, Any] = {"lang": lang, "nonce": given.NONCE, "now": given.NOW}
    none = replace(taken(()), investigations=Investigations({}))
    return {
        "actions taken": draw(render_actions, taken(), **timed),
        "actions taken, a page of several": draw(render_actions, taken(page=1, left=12), notice="Look.", **timed),
        "no actions taken": draw(render_actions, none, **timed),
    }
