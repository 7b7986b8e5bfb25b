"""The calls with which the bot writes into Teams, and reads who is there.

Each call is made once, but for one repetition with a fresh token after a 401. Waiting and repeating are delivery's,
which knows what else it has to send to the same conversation.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import aiohttp
from yarl import URL

from bot.alerts.errors import DeliveryDelayed, DeliveryRefused, Refusal
from bot.alerts.messages import Address, ConversationKind, Member, Message
from bot.teams.hosts import TokenHosts
from bot.teams.problems import problem_of
from bot.teams.tokens import TokenSource
from bot.teams.wire import Json, message_json
from bot.transport import CALL_TIMEOUT, read_limited

_MAX_ANSWER: Final = 4 * 1024 * 1024
_PAGE: Final = 500
_MAX_PAGES: Final = 200


@dataclass(frozen=True, slots=True)
class TeamChannel:
    """A channel of a team. Teams leaves the General channel without a name; its id is the team's."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Team:
    """A team by both of its ids: Teams' own (`19:…@thread.tacv2`), and that of its group in Entra."""

    id: str
    group_id: str
    name: str


class Connector:
    """The Messenger over the Connector's REST interface, for the bot `app_id` of the tenant `tenant_id`.

    The token goes to hosts that `hosts` permits: anything else is refused before a packet is sent.
    """

    def __init__(
        self,
        *,
        session: aiohttp.ClientSession,
        tokens: TokenSource,
        hosts: TokenHosts,
        app_id: str,
        tenant_id: str,
        clock: Callable[[], datetime],
    ) -> None:
        if session.trust_env:
            raise ValueError("the session takes proxies from the environment, which would see the bot's token")
        self._session = session
        self._tokens = tokens
        self._hosts = hosts
        self._app_id = app_id
        self._tenant_id = tenant_id
        self._clock = clock

    async def post(self, to: Address, message: Message) -> str:
        """Post a message: in a channel a new thread, or an answer in the address's thread."""
        return await self.send(to, message_json(message))

    async def update(self, to: Address, activity_id: str, message: Message) -> None:
        await self.replace(to, activity_id, message_json(message))

    async def delete(self, to: Address, activity_id: str) -> None:
        await self._call("DELETE", to.service_url, _place(to), "activities", activity_id)

    async def send(self, to: Address, activity: Json) -> str:
        """Post an activity that is in the Connector's JSON already, and return its id."""
        if to.kind is ConversationKind.CHANNEL and to.thread is None:
            answer = await self._create(to.service_url, {
                "isGroup": True,
                "channelData": {"channel": {"id": to.conversation}, "tenant": {"id": self._tenant_id}},
                "activity": activity,
            })  # fmt: skip
            # An answer that names the thread only still names the message: the thread's id is its root's.
            posted = answer.get("activityId") or str(answer.get("id", "")).partition(";messageid=")[2]
        else:
            answer = await self._call(
                "POST", to.service_url, _place(to), "activities", body=activity, creates=True
            )  # fmt: skip
            posted = answer.get("id")
        if not isinstance(posted, str) or not posted:
            raise DeliveryDelayed("Teams took the message and did not name it", maybe_delivered=True)
        return posted

    async def replace(self, to: Address, activity_id: str, activity: Json) -> None:
        """Replace a posted message with an activity in the Connector's JSON."""
        await self._call("PUT", to.service_url, _place(to), "activities", activity_id, body=activity)

    async def open_personal(self, service_url: str, teams_id: str) -> str:
        answer = await self._create(service_url, {
            "isGroup": False,
            "bot": {"id": f"28:{self._app_id}"},
            "members": [{"id": teams_id}],
            "tenantId": self._tenant_id,
            "channelData": {"tenant": {"id": self._tenant_id}},
        }, creates=False)  # fmt: skip
        opened = answer.get("id")
        if not isinstance(opened, str) or not opened:
            raise DeliveryDelayed("Teams opened the conversation and did not name it")
        return opened

    async def members(self, of: Address) -> list[Member]:
        members: list[Member] = []
        token = ""
        for _ in range(_MAX_PAGES):
            query = {"pageSize": str(_PAGE), **({"continuationToken": token} if token else {})}
            page = await self._call("GET", of.service_url, of.conversation, "pagedmembers", query=query)
            if not isinstance(page.get("members"), list):
                raise DeliveryDelayed("Teams answered with something that is no roster")
            members += [_member(m) for m in _objects(page["members"])]
            previous, token = token, str(page.get("continuationToken") or "")
            if not token or token == previous:
                break
        return members

    async def member(self, of: Address, member_id: str) -> Member:
        """One person of the roster, by Teams id, Entra object id or user principal name."""
        return _member(await self._call("GET", of.service_url, of.conversation, "members", member_id))

    async def team_channels(self, service_url: str, team_id: str) -> list[TeamChannel]:
        """The channels of a team that the bot can see, General first as Teams gives them."""
        answer = await self._request("GET", service_url, ("v3", "teams", team_id, "conversations"))
        return [
            TeamChannel(str(channel.get("id", "")), str(channel.get("name") or ""))
            for channel in _objects(answer.get("conversations"))
        ]

    async def team(self, service_url: str, team_id: str) -> Team:
        """A team by Teams' own id of it."""
        answer = await self._request("GET", service_url, ("v3", "teams", team_id))
        return Team(*(str(answer.get(name) or "") for name in ("id", "aadGroupId", "name")))

    async def _create(self, service_url: str, body: Json, *, creates: bool = True) -> Json:
        return await self._request("POST", service_url, ("v3", "conversations"), body=body, creates=creates)

    async def _call(
        self,
        method: str,
        service_url: str,
        *steps: str,
        body: Json | None = None,
        query: Mapping[str, str] | None = None,
        creates: bool = False,
    ) -> Json:
        path = ("v3", "conversations", *steps)
        return await self._request(method, service_url, path, body=body, query=query, creates=creates)

    async def _request(
        self,
        method: str,
        service_url: str,
        path: tuple[str, ...],
        *,
        body: Json | None = None,
        query: Mapping[str, str] | None = None,
        creates: bool = False,
    ) -> Json:
        """One call; a 401 is answered once with a fresh token."""
        if not self._hosts.permits(service_url):
            raise DeliveryRefused(Refusal.REFUSED, status=0, code="HostNotAllowed", message="no host for our token")
        url = _url(service_url, path, query)
        data = None if body is None else json.dumps(body).encode()
        for attempt in (1, 2):
            token = await self._tokens.token()
            status, headers, answer = await self._exchange(method, url, data, token, creates=creates)
            if status != 401:
                break
            self._tokens.invalidate(token)
            if attempt == 2:
                break
        if not 200 <= status < 300:
            raise problem_of(status, headers, answer, creates=creates, now=self._clock())
        return _object(answer)

    async def _exchange(
        self, method: str, url: URL, data: bytes | None, token: str, *, creates: bool
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Send and read. Everything that goes wrong before the request was written is certain, the rest is not."""
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if data is not None:
            headers["Content-Type"] = "application/json; charset=utf-8"
        try:
            async with self._session.request(
                method, url, data=data, headers=headers, timeout=CALL_TIMEOUT, allow_redirects=False
            ) as response:
                answer = await read_limited(response.content, _MAX_ANSWER)
                return response.status, response.headers, answer or b""
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise DeliveryDelayed(f"no connection ({type(error).__name__})") from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DeliveryDelayed(f"no answer ({type(error).__name__})", maybe_delivered=creates) from None


def _place(to: Address) -> str:
    """The conversation's id as the Connector wants it: only with the thread does an answer land in the thread."""
    return to.conversation if to.thread is None else f"{to.conversation};messageid={to.thread}"


def _url(service_url: str, path: tuple[str, ...], query: Mapping[str, str] | None) -> URL:
    """The address of a call. An id stays one step of the path, whatever is written in it."""
    if any(step in {"", ".", ".."} for step in path):
        raise DeliveryRefused(Refusal.REFUSED, status=0, code="BadId", message="an id that is none")
    steps = "/".join(quote(step, safe="") for step in path)
    ask = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in (query or {}).items())
    return URL(f"{service_url.rstrip('/')}/{steps}{'?' if ask else ''}{ask}", encoded=True)


def _object(answer: bytes) -> Json:
    try:
        value = json.loads(answer) if answer else {}
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[Json]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _member(entry: Mapping[str, Any]) -> Member:
    return Member(
        object_id=entry.get("aadObjectId") or entry.get("objectId") or None,
        teams_id=str(entry.get("id", "")),
        name=str(entry.get("name") or ""),
        user_principal_name=str(entry.get("userPrincipalName") or ""),
        is_guest=entry.get("userRole") == "guest",
    )
