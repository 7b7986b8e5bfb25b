"""Microsoft Graph, as far as the bot asks for it: who is in a group, and who has a directory role."""

import re

from aiohttp import web

from bot.sandbox.connector_gate import Call, Handler, journalled
from bot.sandbox.state import SANDBOX, Sandbox
from bot.sandbox.world import Json

#: Smaller than Graph's, so that lists have several pages here, too.
_PAGE = 2

_ROLE = re.compile(r"directoryRoles\(roleTemplateId='([0-9a-f-]{36})'\)")


def add_routes(app: web.Application) -> None:
    app.router.add_get("/v1.0/groups/{group}/transitiveMembers", _members)
    app.router.add_get("/v1.0/{role:directoryRoles[^/]*}/members", _members)


async def _members(request: web.Request) -> web.StreamResponse:
    async def answer(call: Call) -> web.Response:
        sandbox, info = call.sandbox, request.match_info
        role = _ROLE.fullmatch(info.get("role", ""))
        group = f"role:{role[1]}" if role else info.get("group", "")
        if group not in sandbox.groups:
            return graph_error(404, "Request_ResourceNotFound", f"Resource '{group}' does not exist.")
        return web.json_response(_page(sandbox, request, [_user(sandbox, key) for key in sandbox.groups[group]]))

    return await checked(request, answer)


def _user(sandbox: Sandbox, key: str) -> Json:
    return {"@odata.type": "#microsoft.graph.user", "id": sandbox.world.people[key].object_id}


def _page(sandbox: Sandbox, request: web.Request, items: list[Json]) -> Json:
    """A page of a list, and the way to the next one."""
    start = int(request.query.get("$skiptoken", "0"))
    page: Json = {"value": items[start : start + _PAGE]}
    if len(items) > start + _PAGE:
        page["@odata.nextLink"] = f"{sandbox.public_url}{request.path}?$skiptoken={start + _PAGE}"
    return page


async def checked(request: web.Request, answer: Handler) -> web.StreamResponse:
    """Answer only with a token for Graph that this sandbox issued."""
    sandbox = request.app[SANDBOX]
    kind, _, token = request.headers.get("Authorization", "").partition(" ")

    async def handle(call: Call) -> web.Response:
        if kind != "Bearer" or sandbox.keys.claims(token, sandbox.public_url) is None:
            return graph_error(401, "InvalidAuthenticationToken", "Access token is missing or not for Graph.")
        return await answer(call)

    return await journalled(Call(sandbox, request, "graph", "", None, None), handle)


def graph_error(status: int, code: str, message: str) -> web.Response:
    """An error as Graph writes it."""
    return web.json_response({"error": {"code": code, "message": message}}, status=status)
