"""Whatever a reader takes for a number: digits of any script, fractions, shares, and words that count."""

import re
import unicodedata
from collections import Counter

_ENGLISH = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million
millions billion billions dozen dozens score half halves halved halving twice thrice once double doubled doubles
doubling twofold triple tripled threefold tenfold quadruple quadrupled quintupled third thirds quarter quarters
fourth fifth sixth seventh eighth ninth tenth percent percents percentage pct permille most majority minority none
nobody nothing no all every everybody everyone each both neither couple pair several few fewer many more less least
single first second whole entire zeros nil
""".split()  # noqa: SIM905 - read as prose
_GERMAN = """
null eins ein eine zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn zwanzig dreißig vierzig
fünfzig sechzig siebzig achtzig neunzig hundert tausend million millionen milliarde milliarden dutzend halb halbe
halber hälfte halbiert doppelt doppelte verdoppelt verdoppelte dreifach verdreifacht zweimal dreimal einmal zehnfach
drittel viertel fünftel zehntel prozent prozentpunkte mehrheit meisten minderheit keine keiner keines kein niemand
nichts alle alles jeder jede jedes beide beides paar einige wenige viele mehr weniger ganze erste zweite dritte
""".split()  # noqa: SIM905 - the same
WORDS = frozenset(_ENGLISH) | frozenset(_GERMAN)
_SEPARATED = re.compile(r"\d+(?:[.,'’\u00a0\u202f]\d+)*")


def numbers(text: str) -> Counter[str]:
    """Return the numbers of a text, each as often as it is there; a number of other scripts is one as well."""
    text = unicodedata.normalize("NFC", text).lower()
    found = Counter(_SEPARATED.findall(text))
    found.update(sign for sign in text if sign in "%‰‱×" or unicodedata.category(sign) in {"No", "Nl"})
    found.update(word for word in re.findall(r"[^\W\d_]+", text) if word in WORDS)
    return found
