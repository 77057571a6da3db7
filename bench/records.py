"""Invented film records in the layout of `seeds/`, the same ones in every run.

Every tenth synopsis says who played whom. Of the real ones at hand one in forty does.
"""

from __future__ import annotations

import json
import random
import zlib
from pathlib import Path
from typing import Any

_GIVEN = (
    "Ada Björn Chloé Dmitri Elena Fatou Goro Hélène Ivo Jürgen Kateřina Lúcia Mehmet Noor".split()
)
_FAMILY = (
    "Abbott O'Brien Castañeda Dvořák Eriksson Fontaine Grünwald Hassan Ito Jansen Kovács".split()
)
_NOUNS = (
    "harbour letter winter orchard mirror signal border garden silence engine island debt".split()
)
_VERBS = "finds loses hides follows forgives betrays remembers leaves".split()
_PER_FOLDER = 1000


def _person(chance: random.Random, pool: int) -> str:
    """Name somebody out of a pool, some far more often than others."""
    number = int(pool * chance.random() ** 3)
    middle = chr(65 + number // 154 % 26)
    suffix = number // 4004
    name = f"{_GIVEN[number % 14]} {middle}. {_FAMILY[number // 14 % 11]}"
    return f"{name} {suffix}" if suffix else name


def film(number: int, pool: int) -> dict[str, Any]:
    """Invent a film; a title in every seven has its article behind, one in eight no rating."""
    chance = random.Random(number)
    title = f"The {chance.choice(_NOUNS).title()} and the {chance.choice(_NOUNS)} {number}"
    if number % 7 == 0:
        title = f"{title[4:]}, The"
    cast = list(dict.fromkeys(_person(chance, pool) for _ in range(chance.randint(6, 14))))
    directors = [_person(chance, pool) for _ in range(1 + (number % 9 == 0))]
    sentences = [
        f"{chance.choice(cast).split()[0]} {chance.choice(_VERBS)} the {chance.choice(_NOUNS)}."
        for _ in range(8)
    ]
    last = f"({cast[0]}) " if number % 10 == 0 else ""
    rating = None if number % 8 == 0 else chance.randint(10, 100) / 10
    return {
        "movieId": number,
        "title": title,
        "year": chance.randint(1920, 2024),
        "url": f"https://www.imdb.com/title/tt{number:07d}/",
        "rating": rating,
        "directors": list(dict.fromkeys(directors)),
        "actors": cast,
        "synopsis": f"A story that begins with {chance.choice(_NOUNS)}. {' '.join(sentences)}\n"
        f"{cast[0].split()[0]} Grey {last}has the last word.",
    }


def text(film: dict[str, Any]) -> str:
    """Write a film as a text record."""
    rating = "" if film["rating"] is None else film["rating"]
    return (
        f"movieId: {film['movieId']}\ntitle: {film['title']}\nyear: {film['year']}\n"
        f"url: {film['url']}\nratingValue: {rating}\n"
        f"directors: {', '.join(film['directors'])}\nactors: {', '.join(film['actors'])}\n\n"
        f"synopsis:\n{film['synopsis']}"
    )


def pool_of(count: int) -> int:
    """Return how many people so many films share."""
    return count // 2 + 20


def write_records(folder: Path, count: int) -> None:
    """Write text records into a folder, a thousand to each folder in it."""
    for number in range(1, count + 1):
        write_text(folder, film(number, pool_of(count)))


def write_text(folder: Path, each: dict[str, Any]) -> None:
    """Write one text record to where `write_records` has it."""
    number = each["movieId"]
    place = folder / f"{number // _PER_FOLDER:04d}"
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{number}.txt").write_text(text(each), encoding="utf-8")


def write_lines(path: Path, count: int, *, ids: bool = False) -> None:
    """Write records as JSON Lines; with `ids`, everybody in them has one."""
    pool = pool_of(count)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for number in range(1, count + 1):
            each = film(number, pool)
            if ids:
                with_ids(each)
            file.write(json.dumps(each, ensure_ascii=False) + "\n")


def with_ids(each: dict[str, Any]) -> None:
    """Give everybody in a film an id; of every tenth name some films say another one."""
    for role in ("directors", "actors"):
        each[role] = [{"name": name, "imdb": _id_of(name, each["movieId"])} for name in each[role]]


def _id_of(name: str, number: int) -> str:
    code = zlib.crc32(name.encode()) % 9_000_000
    return f"nm{code + (number % 7 == 0 and code % 10 == 0):07d}"
