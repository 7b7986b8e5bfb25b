"""Microsoft Graph, as far as the bot asks for it: who is in a group, who has a directory role, who is away, at risk."""

import re

from aiohttp import web

from bot.sandbox.connector_gate import Call, Handler, journalled
from bot.sandbox.feed_evidence import USERS, account
from bot.sandbox.state import SANDBOX, Sandbox
from bot.sandbox.world import Json

#: Smaller than Graph's, so that lists have several pages here, too.
_PAGE = 2

#: People of whom alerts are made.
_MADE_UP = {str(account(name)[part]) for name in USERS for part in ("azureAdUserId", "userPrincipalName")}

_ROLE = re.compile(r"directoryRoles\(roleTemplateId='([0-9a-f-]{36})'\)")


def add_routes(app: web.Application) -> None:
    app.router.add_get("/v1.0/groups/{group}/transitiveMembers", _members)
    app.router.add_get("/v1.0/{role:directoryRoles[^/]*}/members", _members)
    app.router.add_get("/v1.0/users/{user}/mailboxSettings", _mailbox)
    app.router.add_get("/v1.0/identityProtection/riskyUsers/{user}", _risk)


async def _members(request: web.Request) -> web.StreamResponse:
    async def answer(call: Call) -> web.Response:
        sandbox, info = call.sandbox, request.match_info
        role = _ROLE.fullmatch(info.get("role", ""))
        group = f"role:{role[1]}" if role else info.get("group", "")
        if group not in sandbox.groups:
            return graph_error(404, "Request_ResourceNotFound", f"Resource '{group}' does not exist.")
        return web.json_response(_page(sandbox, request, [_user(sandbox, key) for key in sandbox.groups[group]]))

    return await checked(request, answer)


async def _mailbox(request: web.Request) -> web.StreamResponse:
    """A user's automatic replies. Who was not spoken of is there, if they live here or alerts are made of them."""

    async def answer(call: Call) -> web.Response:
        user = request.match_info["user"].lower()
        told = call.sandbox.users.get(user)
        if told is None and user not in _MADE_UP and call.sandbox.world.person_by_id(user) is None:
            return graph_error(404, "ErrorInvalidUser", f"The requested user '{user}' is invalid.")
        return web.json_response({"automaticRepliesSetting": told.replies() if told else {"status": "disabled"}})

    return await checked(request, answer)


async def _risk(request: web.Request) -> web.StreamResponse:
    """Graph lists those alone that were ever at risk."""

    async def answer(call: Call) -> web.Response:
        user = request.match_info["user"].lower()
        told = call.sandbox.users.get(user)
        if told is None or told.risk == "none":
            return graph_error(404, "Request_ResourceNotFound", f"Resource '{user}' does not exist.")
        return web.json_response({"id": user, "riskLevel": told.risk, "riskState": told.state, "isDeleted": False})

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
