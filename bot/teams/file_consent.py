"""`fileConsent/invoke`: somebody lets a file go to their OneDrive, or will not have it.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4. It is answered at once; a worker brings
the file there.
"""

from http import HTTPStatus
from typing import Any, Final, Literal

from botbuilder.core import InvokeResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from bot.alerts.errors import NotAvailable
from bot.alerts.export import Upload
from bot.alerts.ports import Clock, Store, UnitOfWork
from bot.teams.activity import InboundActivity
from bot.teams.identity import look_in, person_of
from bot.usecases import exports

NAME: Final = "fileConsent/invoke"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel)


class _UploadInfo(_Part):
    upload_url: str = Field(min_length=1, max_length=8_192)
    content_url: str = Field(min_length=1, max_length=8_192)
    name: str = Field(min_length=1, max_length=400)
    unique_id: str = Field(default="", max_length=400)
    file_type: str = Field(default="", max_length=40)

    def upload(self) -> Upload:
        return Upload(self.upload_url, self.content_url, self.name, self.unique_id, self.file_type)


class _Context(_Part):
    export: int = Field(ge=1, le=2**53, strict=True)


class _Answer(_Part):
    action: Literal["accept", "decline"]
    context: _Context
    upload_info: _UploadInfo | None = None


class FileConsent:
    """Answers it. What is not for whoever sends it is answered as if it did not exist."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def answer(self, activity: InboundActivity) -> InvokeResponse:
        """Raises Busy."""
        person, given = person_of(activity), _read(activity.value)
        if person is None or given is None:
            return InvokeResponse(status=int(HTTPStatus.BAD_REQUEST))
        accepted, now = given.upload_info if given.action == "accept" else None, self._clock()

        def work(uow: UnitOfWork) -> None:
            reader = look_in(uow, activity, person, now)
            exports.answer_offer(uow, given.context.export, reader, accepted.upload() if accepted else None)

        try:
            await self._store.write(work)
        except NotAvailable:
            return InvokeResponse(status=int(HTTPStatus.NOT_FOUND))
        return InvokeResponse(status=int(HTTPStatus.OK))


def _read(value: Any) -> _Answer | None:  # noqa: ANN401 - JSON of a client
    try:
        given = _Answer.model_validate(value)
    except ValidationError:
        return None
    return None if given.action == "accept" and given.upload_info is None else given
