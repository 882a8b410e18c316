"""The CloudEvents 1.0 attributes that every line must have, whatever it tells."""

from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.clock import parse_time
from pipelines.events.envelope import MappingError

Text = Annotated[str, Field(min_length=1)]
Model = TypeVar("Model", bound=BaseModel)


class Lenient(BaseModel):
    """Base of what others send: unknown fields are theirs to add."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class CloudEvent(Lenient):
    """A structured-mode CloudEvent. `data` is checked by what its type asks for."""

    specversion: Literal["1.0"]
    id: Text
    source: Text
    type: Text
    subject: str | None = None
    time: str | None = None
    data: Any = None
    data_base64: str | None = None

    @property
    def occurred_at(self) -> datetime:
        """When it happened, in UTC.

        Raises:
            MappingError: there is no time, or it is none.
        """
        if self.time is None:
            raise MappingError("time is missing")
        return moment(self.time, "time")


def moment(text: str, what: str) -> datetime:
    """Return an RFC 3339 time in UTC.

    Raises:
        MappingError: it is no time, or names no zone; the message says `what`.
    """
    try:
        # A bare date or a time without a zone would be read, but it is not what the sender meant.
        if "T" not in text.upper() or not (text[-1:] in "Zz" or "+" in text[10:] or "-" in text[10:]):
            raise ValueError(text)
        return parse_time(text)
    except (ValueError, OverflowError) as error:
        raise MappingError(f"{what} is no RFC 3339 time with a zone: {text[:60]!r}") from error


def cloud_event(body: Any) -> CloudEvent:
    """Return a line as a CloudEvent.

    Raises:
        MappingError: an attribute that CloudEvents 1.0 requires is missing or wrong.
    """
    if not isinstance(body, dict):
        raise MappingError("it is not a JSON object")
    return validated(CloudEvent, body)


def validated(model: type[Model], value: Any, at: str = "") -> Model:
    """Return a value as the model.

    Raises:
        MappingError: it does not validate; the message names the first field that is wrong, below `at`.
    """
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join([*([at] if at else []), *(str(part) for part in first["loc"])])
        fault = "is missing" if first["type"] == "missing" else f"is wrong: {first['msg']}"
        raise MappingError(f"{name} {fault}") from error
