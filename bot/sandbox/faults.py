"""Faults that the sandbox was told to have."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

CONNECTOR_KINDS = ("post", "update", "delete", "create", "members")


class Fault(BaseModel):
    """One fault. `any` means every Connector call. Without `times` it stays until it is removed.

    `delay` (seconds) comes before anything else; `status` answers instead of doing the call; `drop` cuts the
    connection, before the call took effect or after (the answer is lost). `method` is that of the calls that it meets;
    a fault with a `name` takes the place of the one of that name, and can be removed by it.
    """

    model_config = ConfigDict(extra="forbid")

    on: Literal["post", "update", "delete", "create", "members", "token", "keys", "graph", "upload", "any"]
    conversation: str | None = None
    method: Literal["GET", "POST", "PATCH", "PUT", "DELETE"] | None = None
    name: str | None = None
    status: int | None = Field(default=None, ge=400, le=599)
    code: str | None = None
    message: str | None = None
    retryAfter: float | None = Field(default=None, ge=0)  # noqa: N815 - the control API speaks JSON
    delay: float = Field(default=0.0, ge=0, le=120)
    drop: Literal["before", "after"] | None = None
    times: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _does_something(self) -> "Fault":
        if self.status is None and self.drop is None and not self.delay:
            raise ValueError("a fault needs at least one of status, delay and drop")
        if self.status is not None and self.drop == "after":
            raise ValueError("drop 'after' means that the call took effect: it cannot have a status too")
        return self


class FaultBox:
    """The faults in force, oldest first."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def remove(self, name: str) -> int:
        """Remove those of a name, or all for the empty one; how many those were."""
        before = len(self.faults)
        self.faults[:] = [fault for fault in self.faults if name and fault.name != name]
        return before - len(self.faults)

    def take(self, *, kind: str, conversation: str | None, method: str = "") -> Fault | None:
        """The first fault that this call meets; uses up one of its `times`."""
        for fault in self.faults:
            if fault.on != kind and not (fault.on == "any" and kind in CONNECTOR_KINDS):
                continue
            if fault.conversation is not None and fault.conversation != conversation:
                continue
            if fault.method is not None and fault.method != method:
                continue
            if fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self.faults.remove(fault)
            return fault
        return None
