"""The steps of a map for the texts of a cell, compiled into one function."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, TypeAlias

import msgspec

from etl.facts import PERSON_FACTS
from etl.records import NoteKind
from etl.sources.notes import Notes, Unreadable
from etl.sources.tables.styles import STYLES

Texts: TypeAlias = list[Any]
Step: TypeAlias = Callable[[Texts], Texts]

ABSENT = ("", "\\N", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None")
"""What stands for no value in any table, whatever its map says."""

_OF_PERSON = frozenset(("character", "id", *PERSON_FACTS))
_JSON = msgspec.json.Decoder()
_YES = frozenset(("1", "1.0", "x", "✓", "✔", "yes", "y", "true", "ja", "oui", "si", "sí", "да"))
_EDGES = "\u200b\u200e\u200f\u2060\ufeff"
_LITERAL_LIMIT = 1 << 20  # characters of a Python literal
_MINUTES = {"min": "{}min", "h": "{}h", "s": "PT{}S"}


def trimmed(text: str) -> str:
    """Return a text without space or marks of no width around it."""
    return text.strip().strip(_EDGES).strip()


def steps(
    field: str, keys: Mapping[str, Any], null: Iterable[str], *, of_objects: bool = False
) -> Step:
    """Compile what the keys of a field do to its texts, in the order that the language has.

    With `of_objects`, it is not given texts in JSON, but objects that are read from it.
    """
    made: list[Step] = [partial(_without, frozenset((*ABSENT, *null, *keys.get("null", ()))))]
    if "unless" in keys:
        made.append(partial(_unless, re.compile(keys["unless"]).search))
    if of_objects:
        makes_objects = "language" in keys or not keys.keys().isdisjoint(_OF_PERSON)
        made = [partial(_taken, keys), *([] if makes_objects else made)]
    elif "json" in keys:
        made.append(lambda texts: _taken(keys, chosen(keys, texts)))
    if "split" in keys:
        marks = keys["split"] if isinstance(keys["split"], list) else [keys["split"]]
        made.append(partial(_split, re.compile("|".join(map(re.escape, marks))).split))
    if "find" in keys:
        made.append(partial(_find, re.compile(keys["find"]).search))
    if "values" in keys:
        made.append(partial(_replaced, keys["values"]))
    if "template" in keys or "unit" in keys:
        template = keys.get("template", "{}")
        made.append(partial(_each, template.format))
    if "unit" in keys:
        made.append(partial(_each, partial(_in_unit, _MINUTES[keys["unit"]])))
    if "date" in keys:
        formats = [keys["date"]] if isinstance(keys["date"], str) else keys["date"]
        made.append(partial(_each, partial(_dated, formats)))
    if "style" in keys:
        style = STYLES[keys["style"]][field]
        made.append(lambda texts: [out for text in texts for out in style(text)])
    if len(made) == 1:
        return made[0]

    def run(texts: Texts) -> Texts:
        for step in made:
            if not texts:
                break
            texts = step(texts)
        return texts

    return run


def _without(absent: frozenset[str], texts: Texts) -> Texts:
    if len(texts) == 1:
        text = trimmed(texts[0])
        return [] if text in absent else [text]
    return [text for each in texts if (text := trimmed(each)) not in absent]


def _unless(found: Callable[[str], object], texts: Texts) -> Texts:
    return [text for text in texts if not found(text)]


def _split(cut: Callable[[str], list[str]], texts: Texts) -> Texts:
    return [part for text in texts for each in cut(text) if (part := trimmed(each))]


def _find(search: Callable[[str], re.Match[str] | None], texts: Texts) -> Texts:
    return [text for each in texts if (match := search(each)) and (text := _group(match))]


def _group(match: re.Match[str]) -> str:
    named = match.groupdict()
    if "h" in named or "m" in named:
        hours, minutes = named.get("h"), named.get("m")
        return str(60 * int(hours or 0) + int(minutes or 0)) if hours or minutes else ""
    return (match[1] or "") if match.re.groups else match[0]


def _replaced(values: Mapping[str, str], texts: Texts) -> Texts:
    return [text for each in texts if (text := values.get(each, each))]


def _each(make: Callable[[str], str], texts: Texts) -> Texts:
    return list(map(make, texts))


def _in_unit(template: str, text: str) -> str:
    """Write a bare number with its unit; halves of a second or minute are dropped."""
    number = text.replace(",", ".").partition(".")[0]
    return template.format(number) if number.isdecimal() else text


def _dated(formats: Iterable[str], text: str) -> str:
    """Read a date by the first format that fits, as exact as the format is."""
    for each in formats:
        try:
            found = datetime.strptime(text, each)
        except ValueError:
            continue
        year = f"{found.year:04}"
        if not {"%d", "%j", "%x", "%D"} & set(re.findall("%.", each)):
            exact = any(part in each for part in ("%m", "%b", "%B"))
            return f"{year}-{found.month:02}" if exact else year
        return f"{year}-{found.month:02}-{found.day:02}"
    raise Unreadable(f"a date such as {' or '.join(formats)}", text)


def chosen(keys: Mapping[str, Any], texts: Texts) -> list[Any]:
    """Give the objects in JSON or Python literals that fit, in order."""
    items = [item for text in texts for item in _items(parsed(text))]
    if where := keys.get("where"):
        items = [item for item in items if fits(where, item)]
    if order := keys.get("order"):
        items.sort(key=lambda item: _rank(item, order))
    return items


def _taken(keys: Mapping[str, Any], items: Sequence[Any]) -> Texts:
    """Take what a path leads to out of each object."""
    if not keys.keys().isdisjoint(_OF_PERSON):
        people = [each for item in items if (each := _person(item, keys))]
        return list({str(each): each for each in people}.values()) if len(people) > 1 else people
    if language := keys.get("language"):
        return [
            {"title": text, "language": written(at(item, language))}
            for item in items
            if (text := written(at(item, keys.get("json", ""))))
        ]
    return [text for item in items if (text := written(at(item, keys.get("json", ""))))]


def flagged(cells: Sequence[str], columns: Iterable[tuple[str, int]]) -> Texts:
    """Return the names of those columns in whose cell a row says yes."""
    return [name for name, place in columns if trimmed(cells[place]).casefold() in _YES]


def fits(where: Mapping[str, Any], item: object) -> bool:
    """Return whether an object has one of the values that are wanted of each of its keys."""
    for key, wanted in where.items():
        value = item.get(key) if isinstance(item, dict) else None
        if value not in wanted if isinstance(wanted, list) else value != wanted:
            return False
    return True


def _rank(item: object, order: str) -> float:
    place = at(item, order)
    return float(place) if isinstance(place, int | float) else float("inf")


def _items(value: object) -> list[Any]:
    return (
        value
        if isinstance(value, list)
        else list(value.values())
        if (
            isinstance(value, dict)
            and value
            and all(isinstance(v, str) for v in value.values())
            and not {"name", "id"} & value.keys()
        )
        else [value]
    )


def _person(item: object, keys: Mapping[str, Any]) -> dict[str, object] | str:
    """Give a person as an object; without a name where the file that has the names lacks this one.

    Nothing is given of somebody without a name or an id, or where there is no such file.
    """
    name = written(at(item, keys.get("json", "")))
    ids = {kind: written(at(item, path)) for kind, path in keys.get("id", {}).items()}
    imdb = ids.get("imdb", "")
    if not name and not (imdb and _holds(item, keys["json"])):
        return ""
    character: object = at(item, keys["character"]) if "character" in keys else ""
    if isinstance(character, str) and character.startswith('["'):
        character = _in_list(character)
    elif not isinstance(character, list):
        character = written(character).split(" / ")  # as TMDb and Kodi write several
    told = {f: value for f in PERSON_FACTS if f in keys and (value := at(item, keys[f]))}
    own = {"id" if kind == "own" else kind: ids[kind] for kind in ("tmdb", "own") if ids.get(kind)}
    return {"name": name, "character": character, "imdb": imdb, **own, **told}


def _in_list(text: str) -> object:
    """Read a list of characters; an escape that is none costs nobody else.

    Raises:
        Unreadable: it does not end as a list does.
    """
    try:
        return parsed(text)
    except Unreadable:
        if not text.endswith('"]'):
            raise
        return text.removeprefix('["').removesuffix('"]').split('","')


def parsed(text: str) -> object:
    """Read JSON or a Python literal.

    Raises:
        Unreadable: it is neither.
    """
    try:
        return _JSON.decode(text)
    except (msgspec.DecodeError, RecursionError):
        pass
    try:
        if len(text) <= _LITERAL_LIMIT:
            return ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        pass
    raise Unreadable("JSON or a Python literal", text)


def at(item: object, path: str) -> object:
    """Return what a path such as `movie.ids` leads to; the empty one leads to the value itself."""
    for key in _keys(path):
        item = item.get(key) if isinstance(item, dict) else None
    return item


@lru_cache(maxsize=1024)
def _keys(path: str) -> Sequence[str]:
    return list(filter(None, path.split(".")))


def is_nameless(person: object, notes: Notes) -> bool:
    """Return whether a person is known by an id alone, and note that."""
    if not isinstance(person, dict) or person["name"]:
        return False
    notes.add(f"{person['imdb']} has no name in the file of names: left out", NoteKind.LOSS)
    return True


def _holds(item: object, path: str) -> bool:
    """Return whether an object has the first key of a path, even if nothing stands there."""
    return isinstance(item, dict) and path.partition(".")[0] in item


def written(value: object) -> str:
    """Write a value of JSON as the text of a cell; nothing is the empty text."""
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return str(value).lower()
        case int() | float():
            return str(int(value)) if value == int(value) else str(value)
        case _:
            return msgspec.json.encode(value).decode()
