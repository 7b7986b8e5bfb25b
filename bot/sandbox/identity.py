"""Routes of the sign-in services: the Bot Framework's metadata and keys, and Entra's token endpoint."""

from aiohttp import web

from bot.sandbox.connector_gate import Call, journalled
from bot.sandbox.state import SANDBOX
from bot.sandbox.tokens import issue_access_token, openid_configuration
from bot.sandbox.world import Json


def add_routes(app: web.Application) -> None:
    """The identity routes; both metadata spellings are in use."""
    for path in ("/.well-known/openidconfiguration", "/v1/.well-known/openidconfiguration"):
        app.router.add_get(path, _metadata)
    app.router.add_get("/.well-known/keys", _keys)
    app.router.add_post("/{tenant}/oauth2/v2.0/token", _token)
    app.router.add_get("/{tenant}/v2.0/.well-known/openid-configuration", _tenant_metadata)


async def _metadata(request: web.Request) -> web.StreamResponse:
    async def answer(call: Call) -> web.Response:
        return web.json_response(openid_configuration(call.sandbox.public_url))

    return await journalled(_call(request, "keys"), answer)


async def _keys(request: web.Request) -> web.StreamResponse:
    async def answer(call: Call) -> web.Response:
        return web.json_response(call.sandbox.keys.public_set())

    return await journalled(_call(request, "keys"), answer)


async def _token(request: web.Request) -> web.StreamResponse:
    async def answer(call: Call) -> web.Response:
        form = {k: str(v) for k, v in (await request.post()).items()}
        sandbox = call.sandbox
        status, body = issue_access_token(
            sandbox.config, sandbox.keys, tenant=request.match_info["tenant"], form=form,
            graph=sandbox.public_url,
        )  # fmt: skip
        return web.json_response(body, status=status, headers={"Cache-Control": "no-store"})

    return await journalled(_call(request, "token"), answer)


async def _tenant_metadata(request: web.Request) -> web.Response:
    sandbox = request.app[SANDBOX]
    base = f"{sandbox.public_url}/{request.match_info['tenant']}"
    body: Json = {
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "issuer": f"{base}/v2.0",
        "jwks_uri": f"{sandbox.public_url}/.well-known/keys",
    }
    return web.json_response(body)


def _call(request: web.Request, kind: str) -> Call:
    return Call(request.app[SANDBOX], request, kind, "", None, None)
