"""A text of somebody unknown, made safe to stand between quotes: it names nobody, leads nowhere and formats nothing.

Signs are allowed and not forbidden: what a vendor will make of a sign next year nobody knows today.
"""

import re
import unicodedata

LONGEST = 80
# What formats nothing in Markdown, wiki markup or a chat, where it stands between blanks or letters.
_SIGNS = frozenset(" ,.'’&()%:;-–+/?")
_ADDRESSES = re.compile(
    r"""\b[a-z][a-z0-9+.-]*:/+\S* | \b(?:mailto|javascript|data|vbscript|tel|file|sms|callto):\S*
    | (?<!\w)//\S+ | \bwww\.\S+ | [^\s@]+@[^\s@]+ | \[~[^\]]*\] | <[^<>]*> | (?<!\w)[@#!~][\w/-]+""",
    re.IGNORECASE | re.VERBOSE,
)
_LINKS = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")
_WIKI_LINKS = re.compile(r"\[([^\[\]|]*)\|[^\[\]]*\]")
# A sign beside no letter or figure on either side begins a rule, a list or a strike-through.
_LOOSE = re.compile(r"(?<!\w)[-–+/:;?.&']+(?!\w)|(?<!\S)[-–+/:;?.,]+(?=\w)|(?<=\w)[-–+/:;&]+(?!\w)")


def literal(text: str, longest: int = LONGEST) -> str:
    """Return a text without mentions, links, markup and signs that are not seen, at most `longest` letters long.

    Empty where nothing readable is left.
    """
    # Compatibility forms first: a full-width @ is one too.
    told = "".join(_seen(sign) for sign in unicodedata.normalize("NFKC", text[: 8 * longest]))
    told = _WIKI_LINKS.sub(r"\1", _LINKS.sub(r"\1 ", told))
    told = _ADDRESSES.sub(" ", told)
    told = told.replace('"', "'").replace("_", " ")
    told = "".join(sign if _is_plain(sign) else " " for sign in told)
    told = re.sub(r"(\w(?:[\u0300-\u036f]{2}))[\u0300-\u036f]+", r"\1", told)
    # What is taken out may leave something loose behind; each round takes out at least one sign.
    while (tidy := _tidy(told)) != told:
        told = tidy
    return told if len(told) <= longest else f"{_cut(told, longest - 1)}…"


def _tidy(told: str) -> str:
    # A name with a dot in it becomes a link by itself in some trackers; 2.5 does not.
    told = re.sub(r"(?<=\w)\.(?=[^\W\d])|\.\.+|/{2,}|-{2,}|\({2,}|\){2,}|'{2,}|\?{2,}|\+{2,}", " ", told)
    told = re.sub(r"(?<!\w)\((?:\W*|.)\)", " ", told)
    return " ".join(_LOOSE.sub(" ", told).split()).strip(" -–+/:;,&")


def _cut(told: str, longest: int) -> str:
    head, blank, _ = told[: longest + 1].rpartition(" ")
    return (head if blank and len(head) > longest // 2 else told[:longest]).rstrip(" -–+/:;,.&('")


def _seen(sign: str) -> str:
    """Return a sign, a blank for a line's end, and nothing for what is not seen or turns the line round."""
    if sign.isspace() or unicodedata.category(sign) in {"Zl", "Zp", "Cc"}:
        return " "
    return "" if unicodedata.category(sign) in {"Cf", "Co", "Cs", "Cn"} or sign in _UNSEEN else sign


# Letters by their category that show nothing.
_UNSEEN = frozenset("\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5\u2800") | {chr(code) for code in range(0xFE00, 0xFE10)}


def _is_plain(sign: str) -> bool:
    return sign in _SIGNS or unicodedata.category(sign)[0] in "LM" or unicodedata.category(sign) == "Nd"
