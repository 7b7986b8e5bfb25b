"""“Manage similar alerts”: what was ticked and chosen, in a dialog or in a card, which differ only in their buttons."""

from bot.alerts.errors import Refused
from bot.alerts.managing import Plan
from bot.alerts.planned import Planned
from bot.alerts.ports import UnitOfWork
from bot.alerts.words import Status
from bot.usecases.manage_many import preview
from bot.usecases.visibility import Reader
from cards.buttons import NO_DETERMINATION, Press
from cards.manage_similar import KEEP, Chosen

#: Its steps: ticking again with what was chosen before, looking at what would change, and doing it.
PICK, PREVIEW, DO = "pick", "preview", "do"


def numbers_of(text: str) -> list[int]:
    """`1042,1033`. Raises Refused("badPress")."""
    return [_number(part, "picked") for part in text.split(",") if part.strip()]


def seen_of(text: str) -> dict[int, int]:
    """`1042:7,1033:2`: alerts with their revisions. Raises Refused("badPress")."""
    pairs = (part.partition(":") for part in text.split(",") if part)
    return {_number(number, "seen"): _number(rev, "seen") for number, _, rev in pairs}


def seen_text(planned: tuple[Planned, ...]) -> str:
    """The same of what would be changed."""
    alerts = (one.view.alert for one in planned if one.decision is not None)
    return ",".join(f"{alert.number}:{alert.revision}" for alert in alerts)


def plan_of(chosen: Chosen) -> Plan:
    """Raises Refused("badPress")."""
    try:
        status = None if chosen.status in ("", KEEP) else Status(chosen.status)
    except ValueError:
        raise Refused("badPress", field="status", why="unknown value") from None
    verdict = None
    if chosen.verdict not in ("", KEEP):
        verdict = Press(classification=chosen.verdict, determination=NO_DETERMINATION).verdict()
    return Plan(status=status, verdict=verdict, comment=chosen.comment)


def looked_ahead(uow: UnitOfWork, reader: Reader, chosen: Chosen) -> tuple[Planned, ...]:
    """What would be done. Raises NotAvailable and Refused."""
    return preview(uow, reader, chosen.picked or (), plan_of(chosen))


def _number(text: str, field: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise Refused("badPress", field=field, why="numbers of alerts")
    return int(text)
