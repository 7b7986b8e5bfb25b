"""The card of a page, as whoever gets it sees it."""

from bot.alerts.errors import NotAvailable
from bot.alerts.paging_views import PageView
from bot.alerts.ports import UnitOfWork
from bot.usecases.read import view_of
from bot.usecases.visibility import Reader, scope_of

#: Alerts on the card of a page, and alerts of which it is looked whether somebody may see them.
SHOWN, LOOKED_AT = 6, 1_000


def page_view(uow: UnitOfWork, number: int, reader: Reader) -> PageView:
    """For whom it was sent to, of what they may still see. Raises NotAvailable where that is nothing."""
    page = uow.pages.get(number)
    if page.person not in {None, reader.person} or page.conversation not in {None, reader.conversation.id}:
        raise NotAvailable(f"page {number}")
    scope = scope_of(uow, reader)
    numbers, waiting, count = uow.pages.alerts(number, limit=LOOKED_AT)
    if page.person is not None and not scope.is_unlimited:
        numbers = [alert for alert in numbers if uow.alerts.in_scope(alert, scope)]
        waiting, count = len(set(uow.pages.waiting(number)) & set(numbers)), len(numbers)
    if page.person is None and (barred := uow.access.barred_in(reader.conversation.id, reader.at)):
        numbers = [alert for alert in numbers if uow.alerts.get(alert).service_source not in barred]
        waiting, count = len(set(uow.pages.waiting(number)) & set(numbers)), len(numbers)
    if not numbers:
        raise NotAvailable(f"page {number}")
    views = tuple(view_of(uow, uow.alerts.get(alert), reader.conversation.id) for alert in numbers[:SHOWN])
    return PageView(page=page, views=views, waiting=waiting, count=count, people=uow.people.many(page.mentions))
