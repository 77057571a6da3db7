"""Turning the bytes of a file into text: Unicode is read, another encoding is named and refused."""

from __future__ import annotations

import codecs
import re

from etl.records import Reject

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Which of the first four bytes are NULs, where a text begins with two letters of ASCII.
# Source: RFC 4627 section 3.
_NULS: dict[tuple[int, ...], str] = {
    (1, 2, 3): "utf-32le",
    (0, 1, 2): "utf-32be",
    (1, 3): "utf-16le",
    (0, 2): "utf-16be",
}
_SNIFFED = 65_536  # bytes that are looked at to name an encoding
_LINE_END = re.compile(r"\r\n|\r|\n")
# What texts in Western European languages are made of, but for Icelandic; and what none has.
_WESTERN = re.compile("[\t\n\r -~\xa0¡£©«®°´·º»¿À-ÏÑ-ÖØ-Üß-ïñ-öø-üÿŒœŸ€…‘’“”–—]*")
# An õ is Hungarian ő unless the text is Portuguese or Estonian.
_UNWESTERN = re.compile("[À-ÿ]{3}|^[^ÃãÄä]*õ(?!e)[^ÃãÄä]*$")
# What texts in Polish, Czech, Slovak, Hungarian, Slovene and Croatian are made of, beside a few
# letters of their neighbours'.
_CENTRAL = re.compile(
    "[\t\n\r -~\xa0§©«®°´·»€…‘’“”„–—"
    "ĄąĆćĘęŁłŃńÓóŚśŹźŻżÁáČčĎďÉéĚěÍíŇňŘřŠšŤťÚúŮůÝýŽžĹĺĽľÔôÄäŐőŰűÖöÜüĐđÇçß]*"
)


def decode(data: bytes) -> str | Reject:
    r"""Turn a file's bytes into text, its lines ended by `\n`; other than Unicode is refused.

    A guess of another encoding goes into the message, never into the graph.
    """
    encoding, mark = next(
        ((name, bom) for bom, name in BOMS if data.startswith(bom)), ("utf-8", b"")
    )
    data = data[len(mark) :]
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        return _undecodable(data, encoding, error)
    if "\0" in text:
        line = _line(text[: text.index("\0")])
        found = _unmarked(data) or "binary data (a NUL byte)"
        return Reject(line, "", "text", found)
    text = text.lstrip("\ufeff")  # a second mark, where files were put together
    return _LINE_END.sub("\n", text) if "\r" in text else text


def _line(before: str) -> int:
    """Count the line on which a text goes on after `before`."""
    return len(_LINE_END.findall(before)) + 1


def _undecodable(data: bytes, encoding: str, error: UnicodeDecodeError) -> Reject:
    line = _line(data[: error.start].decode(encoding, "replace"))
    expected = f"{encoding.upper()} text"
    if encoding != "utf-8":
        return Reject(line, "", expected, f"bytes that are not ({error.reason})")
    if b"\0" in data[:_SNIFFED]:
        return Reject(line, "", "text", _unmarked(data) or "binary data")
    guess = likely_encoding(data[max(0, error.start - _SNIFFED // 2) :][:_SNIFFED])
    found = f"a byte that is not (0x{data[error.start]:02X}); it looks like {guess}"
    return Reject(line, "", expected, f"{found}: {_remedy(guess)}")


def _remedy(encoding: str) -> str:
    return f"save the file as UTF-8, for instance: iconv -f {encoding} -t utf-8"


def wide_encoding(data: bytes) -> str:
    """Name the encoding of data that begins as UTF-16 or UTF-32 does, and say what to do."""
    marked = next((name for bom, name in BOMS[1:] if data.startswith(bom)), "")
    if marked:
        return f"{marked.upper()} text: {_remedy(marked[:6])}"
    first = data[:4]
    encoding = _NULS.get(tuple(place for place, byte in enumerate(first) if byte == 0))
    if encoding is None or not first.replace(b"\0", b"").isascii():
        return ""
    return f"{encoding} without a byte order mark: {_remedy(encoding)}"


def _unmarked(data: bytes) -> str:
    """Tell UTF-16 that lacks its mark by its NULs: every other byte of most of our letters."""
    sample = data[:_SNIFFED]
    for encoding, high in (("utf-16le", 1), ("utf-16be", 0)):
        zeros = sample[high::2].count(0)
        if zeros * 2 > len(sample[high::2]) and 0 not in sample[1 - high :: 2]:
            return f"{encoding} without a byte order mark: {_remedy(encoding)}"
    return wide_encoding(data)


def likely_encoding(sample: bytes) -> str:
    """Name the encoding that a text is most likely in, as `iconv` calls it.

    The commonest one is told by rule: on a short text, guessing by statistics often errs.
    """
    from charset_normalizer import from_bytes  # takes 0.1 s to import, and is seldom needed

    western, central = (sample.decode(each, "replace") for each in ("cp1252", "cp1250"))
    if _WESTERN.fullmatch(western) and not _UNWESTERN.search(western):
        return "windows-1252"
    if _CENTRAL.fullmatch(central):
        return "windows-1252" if central == western else "windows-1250"
    best = from_bytes(sample).best()
    name = codecs.lookup(best.encoding).name if best else "cp1252"
    return re.sub("^cp(?=125[0-8]$)", "windows-", name)


def encoding_of(head: bytes) -> str:
    """Name the encoding of a text: by its mark, else UTF-8 if it may be that."""
    marked = next((name for bom, name in BOMS if head.startswith(bom)), "")
    if marked.startswith(("utf-16", "utf-32")):
        return marked[:6]
    return "utf-8"


def guessed_encoding(head: bytes) -> str:
    """Name the encoding that a text is most likely in, for a person to confirm."""
    found = encoding_of(head)
    if found != "utf-8":
        return found
    try:
        head[: max(head.rfind(b"\n"), 0) or len(head)].decode()
    except UnicodeDecodeError:
        return likely_encoding(head).replace("windows-", "cp")
    return found
