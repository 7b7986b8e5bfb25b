"""Makes the app package, `manifest.json` and two icons in a zip, from a template; checked before anybody gets it."""

import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bot.alerts.errors import TocsinError
from bot.manifest.check import MANIFEST, problems
from bot.manifest.model import GUID, NOBODY

_ICONS: Final = ("color.png", "outline.png")


class ManifestError(TocsinError):
    """No package can be made of this; the text has a line for each field that is wrong."""


@dataclass(frozen=True, slots=True)
class App:
    """What differs from one installation to the next. What is empty stays as the template has it.

    `domains` are the hosts that the app may lead to. An empty `website` follows from the first of them, and empty
    `privacy` and `terms`, two more addresses that Teams asks for, from the website.
    """

    bot_id: str
    version: str = ""
    name: str = ""
    developer: str = ""
    website: str = ""
    privacy: str = ""
    terms: str = ""
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Package:
    """The zip, and what Teams will show of it; the same bytes for the same app."""

    data: bytes
    name: str
    version: str
    website: str


def write_package(path: str | Path, app: App) -> Package:
    """Write the zip, over one that is there. Raises ManifestError before anything is written, and OSError."""
    package = app_package(app)
    Path(path).write_bytes(package.data)
    return package


def app_package(app: App, *, folder: Path | None = None) -> Package:
    """`folder` has the template and the icons (default: our own). Raises ManifestError."""
    folder = folder or resources()
    manifest = _filled((folder / MANIFEST).read_text("utf-8"), app)
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    data = zipped({MANIFEST: text.encode(), **{name: (folder / name).read_bytes() for name in _ICONS}})
    if wrong := problems(data):
        raise ManifestError("Teams would not take this app:\n" + "\n".join(wrong))
    return Package(
        data,
        name=manifest["name"]["short"],
        version=manifest["version"],
        website=manifest["developer"]["websiteUrl"],
    )


def resources() -> Path:
    """The folder with the template and the icons: in the checkout at its top, in an installed wheel within `bot`."""
    installed = Path(__file__).parents[1] / "_manifest"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "manifest"


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip of these files by name, without times, so that the same files give the same bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _filled(template: str, app: App) -> dict[str, Any]:
    if not GUID.fullmatch(app.bot_id):
        raise ManifestError(f"MicrosoftAppId (or --bot-id): the bot's app id must be a GUID, and is {app.bot_id!r}")
    manifest: dict[str, Any] = json.loads(template.replace(NOBODY, app.bot_id.lower()))
    host = next((domain for domain in app.domains if not domain.startswith("*")), "")
    website = app.website or (f"https://{host}" if host else "")
    manifest["developer"] = manifest.get("developer", {}) | _said(
        name=app.developer,
        websiteUrl=website,
        privacyUrl=app.privacy or website,
        termsOfUseUrl=app.terms or website,
    )
    if app.name:
        manifest["name"] = {"short": app.name, "full": app.name}
    # Addresses of our own unfold, too.
    hosts = [domain for domain in app.domains if not domain.startswith("*")]
    for extension in manifest["composeExtensions"]:
        extension["messageHandlers"][0]["value"]["domains"] += hosts
    return manifest | _said(version=app.version, validDomains=list(app.domains))


def _said(**values: str | list[str]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value}
