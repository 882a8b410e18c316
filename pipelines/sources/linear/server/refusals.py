"""How Linear refuses: an error of GraphQL, mostly under status 400."""

from typing import Any


class Refused(RuntimeError):
    """A request is refused, as an answer of Linear's tells."""

    def __init__(self, status: int, message: str, code: str, said: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        told = {"code": code, "type": code.lower().replace("_", " "), "userError": True, "statusCode": status}
        self.body: dict[str, Any] = {
            "errors": [{"message": message, "extensions": told | {"userPresentableMessage": said or message}}]
        }
