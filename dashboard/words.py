"""Text from files, made safe for where it is shown: names and questions are data, never markup.

Streamlit reads Markdown, directives such as `:red[...]`, emoji names, LaTeX and bare addresses; plotly reads a little
HTML; spreadsheets read formulas. None of them shall read what a file says.
"""

import re
from html import escape

import pandas as pd

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_JOINER = "\u2060"
"""Invisible, without width: keeps apart what a renderer would take for an address or the name of an emoji."""
_ADDRESS = re.compile(r"([:@])(?=\S)|(?<=www)(?=\.)", re.IGNORECASE)
_UNSEEN = re.compile("[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
LONGEST = 2000
"""Letters of a text from a file that are shown."""


def one_line(said: object) -> str:
    """As one line, without what can't be seen; cut where it is very long."""
    line = _UNSEEN.sub(" ", str(said))
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}\u2026"


def plain(said: object) -> str:
    """For Markdown: the text as it is, whatever is in it."""
    return _PUNCTUATION.sub(r"\\\1", _ADDRESS.sub(lambda found: f"{found[0]}{_JOINER}", one_line(said)))


def drawn(said: object) -> str:
    """For a text in a plotly figure."""
    return escape(one_line(said), quote=False)


def wrapped(said: str, width: int) -> str:
    """Drawn in lines of at most `width` letters, as far as words allow: plotly breaks no line by itself."""
    lines = [""]
    for word in one_line(said).split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(map(drawn, lines))


def csv(rows: pd.DataFrame) -> bytes:
    """As CSV in UTF-8. A text that a spreadsheet would take for a formula gets an apostrophe in front."""
    texts = [name for name in rows if not pd.api.types.is_numeric_dtype(rows[name])]
    said = rows.assign(**{str(name): rows[name].astype(str).map(_no_formula) for name in texts})
    return said.rename(columns=lambda name: _no_formula(str(name))).to_csv(index=False).encode()


def _no_formula(said: str) -> str:
    return f"'{said}" if said[:1] in ("=", "+", "-", "@", "\t", "\r") else said


def file_name(said: str) -> str:
    """A name for a download: letters, digits, `-` and `_`."""
    return re.sub(r"[^\w-]+", "_", said, flags=re.ASCII).strip("_")[:80] or "figure"
