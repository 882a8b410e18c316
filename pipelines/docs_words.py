"""How the generated pages write: the note at their top, the cells of their tables, the anchors of their headings."""

import re

NOTE = "<!-- Written by `make docs`; change the code, not this page. -->"


def cell(text: str) -> str:
    """Return a text as it may stand in a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def anchor(title: str) -> str:
    """Return the anchor of a heading, as a code host makes it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-")
