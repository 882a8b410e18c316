"""Package URLs (`pkg:type/namespace/name@version?qualifiers`): which repository and commit an artifact is made of."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote

_PACKAGE = re.compile(r"pkg:(?P<type>[^/]+)/(?P<path>[^@?#]+)(?:@(?P<version>[^?#]+))?(?:\?(?P<qualifiers>[^#]*))?")
_CODE_HOSTS = frozenset({"github", "gitlab", "bitbucket"})
_VCS = re.compile(r"(?:git\+)?\w+://[^/]+/(?P<path>[^@?#]+?)(?:\.git)?(?:@(?P<version>.+))?")
_SHA = re.compile(r"[0-9a-f]{7,40}")


@dataclass(frozen=True, slots=True)
class Made:
    """Where an artifact comes from; null where its address does not tell."""

    repository: str | None = None
    sha: str | None = None


def made_of(address: str | None) -> Made:
    """Return the repository and commit that a package URL names."""
    found = _PACKAGE.match(address or "")
    if found is None:
        return Made()
    path, version = unquote(found["path"]).strip("/"), unquote(found["version"] or "")
    qualifiers = parse_qs(found["qualifiers"] or "")
    if vcs := _VCS.fullmatch(qualifiers.get("vcs_url", [""])[0]):
        return Made(vcs["path"], _sha(vcs["version"]) or _sha(version))
    if registry := qualifiers.get("repository_url", [""])[0]:
        # ghcr.io/acme/shop: an image lies under its repository's name.
        path = registry.partition("://")[2] or registry
        path = path.partition("/")[2]
        return Made(path.strip("/") or None, _sha(version))
    return Made(path if found["type"] in _CODE_HOSTS or "/" in path else None, _sha(version))


def _sha(version: str | None) -> str | None:
    """Return a version if it looks like a commit; the digest of an image is none."""
    return version if version and _SHA.fullmatch(version) else None
