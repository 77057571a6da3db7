"""Text in one spelling, so that two texts that look alike are one text.

All text is in Unicode's form NFC, and has no control characters, no character references of HTML,
and no marks that cannot be seen and mean nothing. A wrong encoding is undone where that leaves
no doubt; where letters are lost, that is said. Each repair is a sentence for a note.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterable
from html.entities import html5
from typing import NamedTuple

from etl.sources import mojibake
from etl.sources.notes import Loss, composed, listed, quoted

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# Windows has letters where Unicode has the C1 controls, which no text has.
# Source: HTML section 13.2.5.80, the numbers of character references 80 to 9F.
_C1 = re.compile("[\x80-\x9f]")
# No text has them, and XML has no way to write most of them.
# Source: XML 1.0 section 2.2, `Char`, without the line ends and the tab that it allows.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
# Source: Unicode's `Default_Ignorable_Code_Point`, without the fillers and selectors that spell
# words of Hangul and Mongolian; and the marks of annotations.
_DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_UNSEEN = "\u00ad\u034f\u17b4\u17b5\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
# Marks that mean something beside certain letters; and all of a flag that tags spell.
_SELECTOR = "\u200c\u200d\ufe00-\ufe0f"
_FLAG = "\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f"
_JOINERS = "\u200c\u200d"
_TAGS = frozenset(map(chr, range(0xE0000, 0xE0080)))
# Scripts from Hebrew on, and emoji: what a joiner joins, and a selector chooses a form of.
_JOINED = (
    "[\u0590-\u1cff\u2190-\u2bff\u2d30-\u2dff\u2e80-\ud7ff\uf900-\ufdff\ufe0f\ufe70-\ufefc"
    "\U00010a00-\U0001ffff\U00020000-\U0003ffff]"
)
_CHOSEN = f"{_JOINED}|[#*0-9©®‼⁉™ℹ]"
_VIRAMA = 9  # the combining class of signs that join consonants of Indic scripts
# What may be wrong with a line though it can be printed, and with a text of several lines.
_PRINTED = "\u034f\u17b4\u17b5\u3164\ufe00-\ufe0f\uffa0\ufffd\U000e0100-\U000e01ef"
_ODD_IN_PROSE = f"\x00-\x08\x0b-\x1f\x7f-\x9f{_UNSEEN}{_JOINERS}\ufe00-\ufe0f\ufffd-\uffff"
_SUSPECT, _SUSPECT_IN_PROSE = (
    re.compile(f"[{odd}{mojibake.FIRST}](?:(?<=[{odd}])|{mojibake.NEXT})")
    for odd in (_PRINTED, _ODD_IN_PROSE)
)


class _Faults(NamedTuple):
    """What is taken out of a text: marks, and selectors without a meaning; and what is lost."""

    mark: re.Pattern[str]
    selector: re.Pattern[str]
    lost: re.Pattern[str]


_IN_LINE = _Faults(
    re.compile(f"[{_UNSEEN}{_DIRECTION}]"),
    re.compile(f"{_FLAG}|[{_SELECTOR}\U000e0000-\U000e0fff]"),
    re.compile(r"\?{2,}|\w\?\w"),
)
_IN_PROSE = _Faults(
    re.compile(f"[{_UNSEEN}]"),
    re.compile(f"[{_SELECTOR}]"),
    re.compile(r"\?{4,}|\w\?{2,}\w"),
)


def line(text: str) -> tuple[str, list[str]]:
    """Return one line of text, a title or a name, with what was repaired in it.

    Its space is left as it is.
    """
    return (text, []) if _is_plain(text) else _repaired(text, _IN_LINE)


def prose(text: str) -> tuple[str, list[str]]:
    """Return a text of several lines, with what was repaired in it.

    Marks of its direction are kept: in a longer text they have a meaning.
    """
    return (text, []) if _is_plain_prose(text) else _repaired(text, _IN_PROSE)


def words(text: str) -> str:
    """Return a line of text with one space between its words.

    That is how names and titles are spelled that come from elsewhere than a source's records.
    """
    return " ".join(line(text)[0].split())


def _is_plain(text: str) -> bool:
    """Tell quickly whether nothing is to be done with a line.

    What cannot be printed are controls, most marks, and all space but the common one.
    """
    if not text.isprintable() or "&" in text or "?" in text:
        return False
    return text.isascii() or not (
        _SUSPECT.search(text) or not unicodedata.is_normalized("NFC", text)
    )


def _is_plain_prose(text: str) -> bool:
    if "&" in text or "??" in text:
        return False
    if text.isascii():
        return text.replace("\n", " ").isprintable()
    return not _SUSPECT_IN_PROSE.search(text) and unicodedata.is_normalized("NFC", text)


def _repaired(text: str, faults: _Faults) -> tuple[str, list[str]]:
    said: list[str] = []
    text = _decoded(text, said)
    text = _taken_out(_CONTROL, _space_or_nothing, text, "control characters", said)
    text = _taken_out(faults.mark, _nothing, text, "invisible marks", said)
    text = _taken_out(faults.selector, _meant, text, "invisible marks", said)
    text = composed(text)
    if mojibake.read_back(text) != text:  # what was taken out has hidden a wrong encoding
        text, more = _repaired(text, faults)
        return text, said + more
    if (place := text.find("\ufffd")) >= 0:
        said.append(Loss(f"U+FFFD stands where letters were lost: {_excerpt(text, place)}"))
    elif match := faults.lost.search(text):
        where = _excerpt(text, match.start())
        said.append(Loss(f"question marks may stand for letters that were lost: {where}"))
    if match := mojibake.telltale(text):
        where = _excerpt(text, match.start())
        found = f"{quoted(match[0])} in {where}"
        said.append(Loss(f"text that was read in a wrong encoding: {found}"))
    return text, said


def _decoded(text: str, said: list[str]) -> str:
    """Undo what was done to a text on its way."""
    text = composed(text)
    if "&" in text and (plain := _ENTITY.sub(_character, text)) != text:
        said.append("HTML character references replaced by the characters they stand for")
        text = composed(plain)
    if (plain := mojibake.read_back(text)) != text:
        pairs = enumerate(zip(text, plain, strict=False))
        where = _excerpt(text, next((n for n, (old, new) in pairs if old != new), 0))
        said.append(f"text that was read in a wrong encoding read as UTF-8: {where}")
        text = plain
    if (plain := _C1.sub(_windows, text)) != text:
        said.append(f"control characters read as Windows-1252: {_code_points(_C1.findall(text))}")
        text = plain
    return text


def _character(reference: re.Match[str]) -> str:
    """Return what a character reference stands for; an unknown one stands for itself."""
    known = reference[0][1] == "#" or reference[0][1:] in html5
    return html.unescape(reference[0]) if known else reference[0]


def _windows(control: re.Match[str]) -> str:
    return control[0].encode("latin-1").decode("cp1252", "ignore") or control[0]


def _taken_out(
    pattern: re.Pattern[str],
    instead: Callable[[re.Match[str]], str],
    text: str,
    what: str,
    said: list[str],
) -> str:
    """Put something, mostly nothing, in the place of characters, and say which they were."""
    gone: set[str] = set()

    def replaced(match: re.Match[str]) -> str:
        kept = instead(match)
        if kept != match[0]:
            gone.add(match[0])
        return kept

    text = pattern.sub(replaced, text)
    if gone:
        said.append(f"{what} taken out: {_code_points(gone)}")
    return text


def _excerpt(text: str, place: int) -> str:
    """Quote what stands around a place in a text, or all of a short one."""
    start = max(0, place - 20)
    return quoted(text[start : start + 60].strip())


def _code_points(characters: Iterable[str]) -> str:
    return listed([f"U+{ord(character):04X}" for character in sorted(set(characters))])


def _nothing(mark: re.Match[str]) -> str:
    del mark
    return ""


def _space_or_nothing(control: re.Match[str]) -> str:
    return " " if control[0].isspace() else ""


def _meant(mark: re.Match[str]) -> str:
    """Return a mark where its neighbours give it a meaning, else nothing."""
    before = mark.string[max(0, mark.start() - 1) : mark.start()]
    behind = mark.string[mark.end() : mark.end() + 1]
    if len(mark[0]) > 1:
        return mark[0]
    if mark[0] in _TAGS:
        return ""
    if mark[0] not in _JOINERS:
        return mark[0] if re.match(_CHOSEN, before) else ""
    joins = re.match(_JOINED, before) and (
        re.match(_JOINED, behind) or unicodedata.combining(before) == _VIRAMA
    )
    return mark[0] if joins else ""
