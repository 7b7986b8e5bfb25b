"""What is typed for one or several alerts, and taking it back: the answers to it."""

from dataclasses import replace
from datetime import timedelta

from bot.alerts.errors import NotAvailable, Refused
from bot.alerts.outcome import Outcome
from bot.alerts.ports import UnitOfWork
from bot.teams.orders import Order, Said, person_named
from bot.teams.screens import Screen, of_outcome
from bot.usecases.acting import Act
from bot.usecases.bulk import each
from bot.usecases.undo import Undoing, last_action, undo_last, undo_step
from bot.usecases.visibility import settled
from cards.language import Language
from cards.outcome import outcome_lines


def carry_out(uow: UnitOfWork, said: Said, numbers: list[int], order: Order, lang: Language) -> str | Screen:
    """Do it to each alert; each stands alone, and the answer says which were not changed, and why."""
    reader = settled(uow, said.reader)
    acts = [Act(alert=number, by=said.person, reader=reader, at=said.at) for number in numbers]
    return answer(each(uow, acts, order), said, lang)


def answer(outcome: Outcome, said: Said, lang: Language) -> str | Screen:
    """In words where it was one alert; for several a card, with a button that takes all of it back."""
    if len(outcome.entries) > 1:
        return of_outcome(outcome)
    return "\n".join(outcome_lines(outcome, lang, now=said.at))


def take_back(
    uow: UnitOfWork, said: Said, numbers: list[int], threads: list[int], lang: Language, *, within: timedelta
) -> str | Screen:
    """`undo` takes back the whole of one's last action; with numbers, one's last step on each of these alerts.

    In the thread of an alert (`threads`) it means that one, and the whole action where that was one's last. A name in
    it means what somebody else did, which is for administrators.
    """
    undoing = Undoing(by=said.person, reader=said.reader, at=said.at, within=within)
    if said.command.rest:
        person = person_named(uow, said.command.rest, lang)
        if isinstance(person, str):
            return person
        undoing = replace(undoing, whose=person.object_id)
    if not numbers and threads and not any(entry.alert in threads for entry in last_action(uow, undoing.doer)):
        numbers = threads
    if numbers:
        return carry_out(uow, said, numbers, lambda uow, act: undo_step(uow, undoing, act), lang)
    try:
        return answer(undo_last(uow, undoing), said, lang)
    except NotAvailable:
        return lang.t("That was on alerts that are not available here: say “undo” where it was done.")
    except Refused as refused:
        if refused.reason == "nothingToUndo" and undoing.whose is None:
            return lang.t("There is nothing of yours to undo.")
        raise
