"""Our own addresses of alerts and incidents, for runbooks and tickets: they lead to the chat with the bot, and tell
nobody anything. In Teams they unfold into the card."""

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from aiohttp import web


def add_addresses(app: web.Application, app_id: str) -> None:
    """`GET /alerts/{number}` and `/incidents/{number}`; whether there is one is not looked at."""

    def leading(command: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def lead(request: web.Request) -> web.StreamResponse:
            said = quote(f"{command} {int(request.match_info['number'])}")
            raise web.HTTPFound(f"https://teams.microsoft.com/l/chat/0/0?users=28:{app_id}&message={said}")

        return lead

    for path, command in (("alerts", "alert"), ("incidents", "incident")):
        app.router.add_get(rf"/{path}/{{number:[0-9]{{1,15}}}}", leading(command))
