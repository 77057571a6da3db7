"""Records for tests, in the layout of `seeds/`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class Film:
    """One record; each value is written as it is."""

    number: int
    title: str
    year: int | str = 2000
    rating: str = ""
    directors: str = ""
    actors: str = ""
    synopsis: str = "Something happens."
    name: str = ""

    @property
    def file(self) -> str:
        return self.name or f"{self.number}.txt"

    @property
    def imdb(self) -> str:
        return f"tt{self.number:07d}"

    @property
    def iri(self) -> str:
        return f"http://localhost:8000/movie/{self.imdb}"

    def but(self, **changes: object) -> Film:
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def text(self) -> str:
        return (
            f"movieId: {self.number}\ntitle: {self.title}\nyear: {self.year}\n"
            f"url: https://www.imdb.com/title/{self.imdb}/\nratingValue: {self.rating}\n"
            f"directors: {self.directors}\nactors: {self.actors}\n\nsynopsis:\n{self.synopsis}"
        )


def write(folder: Path, film: Film) -> Path:
    """Write a record into a folder, and give its path."""
    path = folder / film.file
    path.write_text(film.text, encoding="utf-8", newline="")
    return path


EMMA = Film(838, "Emma", 1996, directors="Douglas McGrath", actors="Gwyneth Paltrow, Alan Cumming")
HEAT = Film(6, "Heat", 1995, directors="Michael Mann", actors="Al Pacino, Robert De Niro")
