"""A stand-in for people's OneDrive: upload sessions as Graph documents them, and the files that come of them.

https://learn.microsoft.com/graph/api/driveitem-createuploadsession
"""

import re
import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from urllib.parse import quote

from aiohttp import web

from bot.sandbox import activities
from bot.sandbox.caller import deliver_invoke, repeated
from bot.sandbox.clock import stamp
from bot.sandbox.connector_gate import Call, Handler, journalled
from bot.sandbox.drops import Drop
from bot.sandbox.state import SANDBOX, BadRequestError, Sandbox
from bot.sandbox.world import OFFER_TYPE, Json, Message, Person

#: How long an upload session holds, and the most bytes of one fragment.
HOLDS = timedelta(minutes=15)
LARGEST = 60 * 1024 * 1024

#: Every fragment but the last has a multiple of this.
STEP = 320 * 1024

_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


def add_routes(app: web.Application) -> None:
    app.router.add_put("/onedrive/upload/{drop}", _upload(_put))
    app.router.add_get("/onedrive/upload/{drop}", _upload(_status))
    app.router.add_get("/onedrive/{owner}/{drop}/{name}", _file)


async def answer_offer(sandbox: Sandbox, person: Person, message: Message, *, accept: bool, repeat: int) -> Json:
    """A press on Allow or Decline of a file consent card: `fileConsent/invoke`, as Teams sends it."""
    offer = next((a for a in message.attachments if a.get("contentType") == OFFER_TYPE), None)
    if offer is None:
        raise BadRequestError(f"message {message.id} offers no file")
    content = offer["content"]
    value: Json = {"type": "fileUpload", "action": "accept" if accept else "decline"}
    value["context"] = content.get("acceptContext" if accept else "declineContext") or {}
    if accept:
        value["uploadInfo"] = _session(sandbox, person, str(offer["name"]))
    conversation = sandbox.world.conversations[message.conversation]
    activity = activities.invoke(
        sandbox, person, conversation, name="fileConsent/invoke", value=value, reply_to=message.id
    )
    copies = [activity, *(repeated(sandbox, activity) for _ in range(repeat - 1))]
    answers = [await deliver_invoke(sandbox, copy) for copy in copies]
    failed = answers[-1].status != 200
    toast = {"toast": "Something went wrong. Please try again."} if failed else {}
    return {**answers[-1].as_json(), "outcome": "error" if failed else "none", "value": value, **toast}


def _session(sandbox: Sandbox, person: Person, name: str) -> Json:
    drop = secrets.token_hex(12)
    sandbox.drops[drop] = Drop(name=name, owner=person.key, until=sandbox.now() + HOLDS)
    base = f"{sandbox.public_url}/onedrive"
    ask = f"guid='{drop}'&overwrite=True&rename=True&tempauth=v1.{secrets.token_hex(40)}"
    return {
        "contentUrl": f"{base}/{person.key}/{drop}/{quote(name)}",
        "name": name,
        "uploadUrl": f"{base}/upload/{drop}?{ask}",
        "uniqueId": drop,
        "fileType": name.rpartition(".")[2],
        "etag": f'"{drop},1"',
    }


def _upload(handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await journalled(Call(request.app[SANDBOX], request, "upload", "", None, None), handler)

    return handle


async def _put(call: Call) -> web.Response:
    drop, body = _open_drop(call), await call.request.read()
    if drop is None:
        return _error(404, "itemNotFound")
    if "Authorization" in call.request.headers:
        return _error(401, "unauthenticated")
    match = _RANGE.fullmatch(call.request.headers.get("Content-Range", ""))
    first, last, total = map(int, match.groups()) if match else (0, -1, 0)
    is_last = last + 1 == total
    if last >= total or last - first + 1 != len(body) or len(body) > LARGEST or not (is_last or len(body) % STEP == 0):
        return _error(400, "invalidRequest")
    if first != len(drop.data):
        return _error(416, "fragmentOverlap" if first < len(drop.data) else "invalidRange")
    drop.data += body
    if not is_last:
        return _expected(drop, 202)
    drop.done = True
    made = {"id": call.request.match_info["drop"], "name": drop.name, "size": total, "file": {}}
    return web.json_response(made, status=201)


async def _status(call: Call) -> web.Response:
    drop = _open_drop(call)
    return _expected(drop, 200) if drop is not None else _error(404, "itemNotFound")


def _expected(drop: Drop, status: int) -> web.Response:
    ranges = [f"{len(drop.data)}-"]
    return web.json_response({"expirationDateTime": stamp(drop.until), "nextExpectedRanges": ranges}, status=status)


async def _file(request: web.Request) -> web.Response:
    drop = request.app[SANDBOX].drops.get(request.match_info["drop"])
    if drop is None or not drop.done or drop.owner != request.match_info["owner"]:
        raise web.HTTPNotFound
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(drop.name)}"}
    return web.Response(body=bytes(drop.data), content_type="application/octet-stream", headers=headers)


def _open_drop(call: Call) -> Drop | None:
    """A session that is over, one way or the other, is gone."""
    drop = call.sandbox.drops.get(call.request.match_info["drop"])
    return None if drop is None or drop.done or drop.until <= call.sandbox.now() else drop


def _error(status: int, code: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": code}}, status=status)
