"""The floor: a plain aiohttp handler that reads the same body and answers. Prints its port."""

import asyncio

from aiohttp import web


async def _answer(request: web.Request) -> web.Response:
    await request.read()
    return web.json_response({"alerts": [1]}, status=202)


async def _main() -> None:
    app = web.Application(client_max_size=8 * 1024 * 1024)
    app.router.add_post("/", _answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main())
