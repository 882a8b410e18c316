"""Accounts and addresses under which tools commit: they name no person, so they are kept, and tell what wrote what."""

import re

_TOOLS = frozenset(
    {
        "noreply@anthropic.com",
        "noreply@aider.chat",
        "cursoragent@cursor.com",
        "noreply@openai.com",
        "noreply@github.com",
    }
)
# Their accounts say `User`.
_ACCOUNTS = frozenset({"claude", "copilot", "cursoragent", "web-flow"})
_APP = re.compile(r"(?:\d+\+)?([\w.-]+\[bot\])@users\.noreply\.github\.com", re.IGNORECASE)


def is_tool_account(login: str) -> bool:
    """Tell whether an account is a tool's, whatever type it says it is of."""
    return login.lower() in _ACCOUNTS or login.endswith("[bot]")


def is_tool_address(address: str) -> bool:
    """Tell whether an e-mail address is a known tool's."""
    return address.lower() in _TOOLS or _APP.fullmatch(address) is not None


def tool_of(address: str) -> str | None:
    """Return the name of the tool behind an address, as `dependabot[bot]`, None where it is no author's.

    The host itself commits as `noreply@github.com` for whoever pressed the button: that says nothing of the author.
    """
    app = _APP.fullmatch(address)
    if app:
        return app.group(1)
    return address.lower() if address.lower() in _TOOLS and address.lower() != "noreply@github.com" else None
