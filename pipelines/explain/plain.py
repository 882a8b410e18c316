"""Text that others wrote, made fit for a terminal: it may colour, move the cursor, or turn what is read around."""

import unicodedata

_LONGEST = 400
# Joiners are part of how some scripts and pictures are written, and do nothing to what stands beside them.
_HARMLESS = {"\u200c", "\u200d"}
_TELLING = {"\n": "\\n", "\r": "\\r", "\t": " "}


def plain(text: str) -> str:
    """Return one line in which nothing can act: control, direction and format characters are written out."""
    told = "".join(_shown(letter) for letter in text)
    return told if len(told) <= _LONGEST else told[: _LONGEST - 1] + "…"


def _shown(letter: str) -> str:
    if letter in _TELLING:
        return _TELLING[letter]
    if letter in _HARMLESS:
        return letter
    if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return f"\\u{{{ord(letter):x}}}"
    return letter
