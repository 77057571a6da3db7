"""Names of people and of characters, one at a time, in the spelling that a record gets.

What is no name is told apart: an IMDb id in a person's place, a remark such as `(voice)` behind a
name, `Self` in a character's. What was repaired, or looks doubtful, is said in sentences for notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from etl.rdf.identifiers import imdb_name_id
from etl.records import Credit
from etl.sources import spelling
from etl.sources.notes import Loss, Unreadable, listed, quoted, shortened
from etl.sources.values import is_absent

IMDB_NAME_EXPECTED = "an IMDb name id such as nm0000120"

_SUFFIX = re.compile(
    r"(?i:Jr|Sr|II|III|IV|Esq|Esquire|M\.? ?D|Ph\.? ?D|D\.?D\.?S|J\.?D|R\.?N|[OCMK]\.?B\.?E)\.?"
)
_LONGEST_SUFFIX = 8
_REMARK = re.compile(
    r"""[(\[] (?: (?:also\ |credited\ )?as\b | uncredited | unconfirmed | credit\ only | rumou?red
      | (?:singing\ |speaking\ |English\ )?voices?\b | archive\ \w+ | (?:scenes\ )?deleted\b
      | cameo\b | co-?director\b )
      [^()\[\]]* [)\]] (?= \s* (?: [,;|(\[] | $ ))""",
    re.VERBOSE | re.IGNORECASE,
)
_SEVERAL = re.compile(r"\s(?:[&+/]|and)\s", re.IGNORECASE)
_ID_LIKE = re.compile(r"(?:nm|tt)[0-9]+|\S*\bimdb\.(?:com|to)/\S*", re.IGNORECASE | re.ASCII)
_SELF = re.compile(
    r"""(?: self | (?:him|her|them|my|our|your|one|it) -?sel(?:f|ves)
      | (?:lui|elle|soi|moi)-m[êe]me | (?:eux|elles)-m[êe]mes | (?:er|sie|sich)\ selbst
      | (?:él|sí)\ mism[oa] | ella\ misma | (?:se|lui)\ stesso | (?:se|lei)\ stessa
      | (?:ele|si)\ (?:mesmo|próprio) | (?:ela|si)\ (?:mesma|própria) )
    (?: \s*[/,:;(\[–—] .* | \s+(?:-|or\b|and\b|as\b) .* )?""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_SHORT = 100  # characters of a name that is worth remembering


def persons(texts: Sequence[str]) -> Iterator[tuple[Credit | None, tuple[str, ...]]]:
    """Read people, each by name or by IMDb id, and what was repaired; no name is nobody.

    Raises:
        Unreadable: one has the form of an IMDb id, and is none of a person.
    """
    return map(_person if any(len(text) > _SHORT for text in texts) else _known_person, texts)


def person(text: str) -> tuple[Credit | None, tuple[str, ...]]:
    """Read one person as `persons` does."""
    return _known_person(text) if len(text) <= _SHORT else _person(text)


def character(text: str) -> tuple[str, tuple[str, ...]]:
    """Read a character's name, and what was repaired; who appears as themselves plays none."""
    return _known_character(text) if len(text) <= _SHORT else _character(text)


def name_of(text: str) -> str:
    """Return a person's name that comes from elsewhere, as it is read in a record."""
    try:
        credit, _ = person(text)
    except Unreadable:
        credit = None
    return credit.name if credit and credit.name else spelling.words(text)


def character_of(text: str) -> str:
    """Return the name of a character that comes from elsewhere; nothing where it is none."""
    return character(text)[0]


def _person(text: str) -> tuple[Credit | None, tuple[str, ...]]:
    value, said = spelling.line(text)
    name = " ".join(value.split())
    if name != value.strip():
        said.append("space between the words of a name made one")
    name = without_remarks(name, said).strip()
    if is_absent(name):
        said.append(Loss(f"{quoted(name)} read as no value"))
        name = ""
    if not name:
        return None, tuple(said)
    if _ID_LIKE.fullmatch(name):
        return Credit("", identifier(name, said)), tuple(said)
    whole = _whole(name, said)
    return Credit(whole) if whole else None, tuple(said)


def _character(text: str) -> tuple[str, tuple[str, ...]]:
    value, said = spelling.line(text)
    name = without_remarks(" ".join(value.split()), said).strip()
    if is_absent(name):
        said.append(Loss(f"{quoted(name)} read as no value"))
        name = ""
    elif _SELF.fullmatch(name):
        said.append(f"no character: {quoted(name)}")
        name = ""
    return name, tuple(said)


# Names come again and again.
_known_person = lru_cache(maxsize=1 << 15)(_person)
_known_character = lru_cache(maxsize=1 << 12)(_character)


def identifier(text: str, said: list[str]) -> str:
    """Read the IMDb id of a person.

    Raises:
        Unreadable: it is none.
    """
    found = imdb_name_id(text)
    if found is None:
        raise Unreadable(IMDB_NAME_EXPECTED, text)
    if found not in text:
        said.append(f"{quoted(text)} read as {found}")
    return found


def looks_like_an_identifier(text: str) -> bool:
    """Return whether a text has the form of an IMDb id, if perhaps a bad one."""
    small = text.strip().lower()
    return ("imdb" in small or small[:2] in ("nm", "tt")) and bool(_ID_LIKE.fullmatch(small))


def is_suffix(text: str) -> bool:
    """Return whether a text is no name but a suffix of a name: `Jr.`, `III`."""
    return len(text) <= _LONGEST_SUFFIX and _SUFFIX.fullmatch(text) is not None


def joined(items: Sequence[str], said: list[str]) -> Sequence[str]:
    """Put a suffix such as `Jr.` back behind the name it was cut from."""
    if not any(len(item) <= _LONGEST_SUFFIX and is_suffix(item) for item in items[1:]):
        return items
    names: list[list[str]] = []
    for item in items:
        if names and is_suffix(item):
            names[-1].append(item)
        else:
            names.append([item])
    return [_with_suffixes(parts, said) for parts in names]


def _with_suffixes(parts: Sequence[str], said: list[str]) -> str:
    if len(parts) == 1:
        return parts[0]
    name = " ".join(" ".join(parts).split())
    said.append(f"suffix joined to its name: {shortened(name)}")
    return name


def without_remarks(value: str, said: list[str]) -> str:
    """Take remarks such as `(voice)` off the names that they stand behind."""
    if "(" not in value and "[" not in value:
        return value
    if remarks := [match[0] for match in _REMARK.finditer(value)]:
        said.append(f"taken off a name: {listed(remarks)}")
        value = _REMARK.sub("", value)
    return value


def _whole(name: str, said: list[str]) -> str:
    """Put one person's name together, and say where it may be several people's."""
    if "," in name:
        pieces = [piece.strip() for piece in name.split(",")]
        if "" in pieces:
            said.append("empty name between separators dropped")
        parts = joined([piece for piece in pieces if piece], said)
        name = ", ".join(parts)
        if len(parts) > 1:
            said.append(f"a comma in a name, of several people or turned round: {quoted(name)}")
    if _SEVERAL.search(name):
        said.append(f"may be several people: {quoted(name)}")
    if "(" in name or "[" in name:
        said.append(f"brackets in a name: {quoted(name)}")
    return name
