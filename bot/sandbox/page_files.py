"""Serves the page: our own files, and the two libraries that `npm ci` puts beside them."""

from pathlib import Path

from aiohttp import web

PAGE = Path(__file__).with_name("page")
_LIBRARIES = {
    "adaptivecards.js": "adaptivecards/dist/adaptivecards.min.js",
    "markdown-it.js": "markdown-it/dist/markdown-it.min.js",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".json": "application/json",
          ".svg": "image/svg+xml"}  # fmt: skip


def add_routes(app: web.Application) -> None:
    """`/` is the page, `/portal` that of Defender; `/page/…` its files; `/library/…` the libraries."""
    app.router.add_get("/", _index)
    app.router.add_get("/portal", _portal)
    app.router.add_get("/page/{name:[a-z/-]+[.](?:js|css|json|svg)}", _file)
    app.router.add_get("/library/{name}", _library)


async def _index(_: web.Request) -> web.Response:
    return _send(PAGE / "index.html")


async def _portal(_: web.Request) -> web.Response:
    return _send(PAGE / "portal.html")


async def _file(request: web.Request) -> web.Response:
    return _send(PAGE / request.match_info["name"])


async def _library(request: web.Request) -> web.Response:
    name = _LIBRARIES.get(request.match_info["name"])
    if name is None:
        raise web.HTTPNotFound
    return _send(PAGE / "node_modules" / name)


def _send(path: Path) -> web.Response:
    if not path.is_file() or not path.resolve().is_relative_to(PAGE.resolve()):
        raise web.HTTPNotFound
    return web.Response(
        body=path.read_bytes(), content_type=_TYPES[path.suffix], charset="utf-8", headers=_HEADERS
    )  # fmt: skip
