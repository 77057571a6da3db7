"""Text in UTF-8 whose bytes were read in another encoding: `AmÃ©lie` is `Amélie`.

A text is read back only where all of it gives UTF-8 again, and where it has letters side by side
that no language has: `É…` may end a word, `Ã©` may not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MULTIBYTE = range(0x80, 0x100)
_TIMES = 3  # a text that was read wrongly once may be so again


@dataclass(frozen=True, slots=True)
class _Misreading:
    """How bytes look that were read in one encoding, and what gives them away."""

    bytes_of: dict[str, int]
    telltale: re.Pattern[str]

    def read_back(self, text: str) -> str | None:
        """Return what a text was before, or None where that is not certain."""
        if not self.telltale.search(text):
            return None
        try:
            return bytes([self.bytes_of[character] for character in text]).decode()
        except (KeyError, UnicodeDecodeError):
            return None


def _misreading(encoding: str, telltale: str) -> _Misreading:
    """Describe an encoding. In `telltale`, `~` stands for what its bytes 80 to BF look like.

    A byte that the encoding leaves undefined is a control character, as most programs read it.
    """
    characters = {byte: chr(byte) for byte in range(0x80)}
    for byte in _MULTIBYTE:
        characters[byte] = bytes([byte]).decode(encoding, "ignore") or chr(byte)
    following = "".join(re.escape(characters[byte]) for byte in range(0x80, 0xC0))
    bytes_of = {character: byte for byte, character in characters.items()}
    if encoding == "cp1252":  # also of text that was read as Latin-1
        bytes_of = {chr(byte): byte for byte in range(0x80, 0xA0)} | bytes_of
        following += "\x80-\x9f"
    return _Misreading(bytes_of, re.compile(telltale.replace("~", f"[{following}]")))


# Capitals with marks before a sign that may follow the end of a word count only beside small
# letters. Other scripts than Latin are two letters or more.
_CLOSING = "[…‘’“”–—™»·\xa0]"
_CP1252 = _misreading(
    "cp1252",
    f"â~~|Â(?!{_CLOSING})[\xa0-\xbf]|[ÃÄÅ](?!{_CLOSING})~"
    f"|[ÃÂÄÅ]{_CLOSING}(?=[a-z])|(?<=[a-z0-9.,!?])[ÃÂÄÅ]{_CLOSING}"
    "|(?:[ÎÏÐÑ×ØÙ]~){2}|(?:[à-ï]~~){2}|á[º»]~|ð[Ÿ\x9f]~~|ï»¿|ï¿½",
)
_MISREADINGS = (
    _CP1252,
    _misreading("cp1251", "(?:[РС]~){2}|вЂ~|(?<=[a-z])Г~"),
    _misreading("mac-roman", "√~|‚Ä~"),
    _misreading("cp850", "├~"),
    _misreading("cp437", "├~|ΓÇ~"),
)
# What every text that can be read back has in it: one of these characters, and how it goes on.
FIRST = "Â-ôРСвГ√‚├Γ"
NEXT = "(?:(?<=[√‚├Γ])[^\x00-\x7f]|[^\x00-\x7fÀ-ÿа-яА-Я])"


def read_back(text: str) -> str:
    """Return a text as it was before it was read in a wrong encoding, else as it is."""
    for _ in range(_TIMES):
        found = {before for each in _MISREADINGS if (before := each.read_back(text)) is not None}
        if len(found) != 1:
            break
        text = found.pop()
    return text


def telltale(text: str) -> re.Match[str] | None:
    """Find what in a text gives away that it was read in a wrong encoding."""
    return next(filter(None, (each.telltale.search(text) for each in _MISREADINGS)), None)
