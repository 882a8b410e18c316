"""How a played GitHub lets an App in: it signs a short letter with its key, and gets a token for an hour."""

from datetime import timedelta

import jwt

from pipelines.clock import now
from pipelines.sources.github.server.store import Store
from pipelines.sources.loopback import Reply, Request

_LONGEST = timedelta(minutes=10)


def error(status: int, message: str) -> Reply:
    """Return a refusal in GitHub's words."""
    return Reply(
        status, {"message": message, "documentation_url": "https://docs.github.com/rest", "status": str(status)}
    )


def access_token(store: Store, request: Request, installation: int) -> Reply:
    """Answer a token of an installation to the App that it is of."""
    letter = request.headers.get("authorization", "").removeprefix("Bearer ")
    try:
        told = jwt.decode(
            letter, store.app_public_key, algorithms=["RS256"], options={"require": ["iat", "exp", "iss"]}
        )
    except jwt.PyJWTError:
        return error(401, "A JSON web token could not be decoded")
    if timedelta(seconds=told["exp"] - told["iat"]) > _LONGEST + timedelta(minutes=1):
        return error(401, "'Expiration time' claim ('exp') is too far in the future")
    if installation not in store.installations.get(str(told["iss"]), ()):
        return error(404, "Not Found")
    token = f"ghs_{installation}_{len(store.tokens)}"
    store.tokens.add(token)
    expires = now() + store.tokens_live
    body = {"token": token, "expires_at": expires.strftime("%Y-%m-%dT%H:%M:%SZ"), "permissions": {"contents": "read"}}
    return Reply(201, body)
