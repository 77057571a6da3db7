"""A drafted map claims no column wrongly, in ten languages, and says what it guesses."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.sources.tables.columns import SheetColumn, plain
from etl.sources.tables.forms import TableKind
from etl.sources.tables.looking import Sheet, look
from etl.sources.tables.maps import read_map
from etl.sources.tables.proposing import drafted, propose
from etl.sources.tables.styles import STYLES
from shared_data import shared
from thoroughness import examples

PEOPLE = (
    "Mara Ostholt, Ulf Rey, Jon Halde, Eva Brandt, Ida Lund, Per Olsen, Ann Kowalski, Luc Moreau, "
    "Rosa Diaz, Ivan Petrov, Leo Conti, Tess Visser"
).split(", ")
TITLES = (
    "The Amber Signal, Quiet Tide, Stone Harbour, Der lange Weg, La casa azul, Zimowy sen, "
    "Белый город, O mar, Il ponte, Noche de agosto, Het water, Vinterljus"
).split(", ")


def cell(kind: str, n: int) -> str:
    """Give the value of row `n` in a column of a kind."""
    return {
        "title": TITLES[n],
        "year": str(1980 + n * 3),
        "person": PEOPLE[n],
        "cast": ", ".join(PEOPLE[(n + k) % 12] for k in (1, 2, 3)),
        "minutes": str(90 + n * 4),
        "duration": f"{90 + n * 4} min",
        "genre": ["Drama", "Komödie", "Thriller, Drama", "Action"][n % 4],
        "country": ["Germany", "France", "Italy"][n % 3],
        "score": f"{6 + n * 0.3:.1f}",
        "komma": f"{6 + n * 0.3:.1f}".replace(".", ","),
        "mark": str(n % 5 + 1),
        "age": ["0", "6", "12", "16"][n % 4],
        "flag": str(n % 2),
        "letter": ["R", "PG", "R", "PG-13"][n % 4],
        "day": f"{n + 1:02}.0{n % 9 + 1}.{1980 + n * 3}",
        "seen": f"2024-02-{n + 1:02}",
        "note": ["seen", "on DVD", "", "again"][n % 4],
        "friend": PEOPLE[n % 3],
        "friends": f"{PEOPLE[n]}, {PEOPLE[0]}, {PEOPLE[1]}",
        "rare": PEOPLE[n] if n < 4 else "",
        "medium": ["DVD", "Blu-ray", "VHS"][n % 3],
        "own": ["ja", "nein"][n % 2],
        "dubbed": ["VF", "VO", "VOST"][n % 3],
        "trailer": f"https://www.youtube.com/watch?v=x{n}",
        "half": f"{(n % 7) / 2 + 1.5}",
        "hour": ["19:30", "20:15", "21:00"][n % 3],
        "dashed": f"{PEOPLE[n]} - {PEOPLE[(n + 5) % 12]}",
        "company": ["Amber Pictures", "Stone Films", "Tide Studios"][n % 3],
        "remark": f"Disc {n} is scratched, the box of this DVD is missing",
        "count": str(n + 1),
        "count with a point": f"{n + 1}.",
        "count with a hash": f"#{n + 1:03}",
        "shop": f"https://films.example.org/{n}",
        "keeping": ["Keep", "Sell", "Give away"][n % 3],
        "rarely two": "/".join(PEOPLE[:2]) if n == 5 else PEOPLE[n],
        "turned": ", ".join(reversed(PEOPLE[n].split())),
        "two": " und ".join(PEOPLE[n : n + 2]),
        "gasset": ["José Ortega y Gasset", "Ann Lee y Luc Rey"][n % 2],
        "shelf mark": f"DVD {'Kom Thr SF'.split()[n % 3]} {PEOPLE[n].upper()[:4]}",
        "imdb": f"https://www.imdb.com/title/tt99{n:05}/",
    }[kind]


def sheet(columns: str) -> Sheet:
    """Make a table: `name:kind` for each column, with bars between them."""
    named = [each.strip().rpartition(":") for each in columns.split("|")]
    rows = [[cell(kind.strip(), n) for *_, kind in named] for n in range(12)]
    return Sheet(TableKind.DELIMITED, tuple(name.strip() for name, *_ in named), rows)


def claimed(columns: str) -> dict[str, str]:
    made = propose(sheet(columns).header, sheet(columns).rows)
    return {name: found[0].name for name, found in made.fields.items() if name != "personal"}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (
            "Movie:title|Yr:year|Directed by:person|Who's in it:cast|Mins:minutes|My notes:note",
            "title=Movie year=Yr directors=Directed by actors=Who's in it duration=Mins",
        ),
        (
            (
                "Filmtitel:title|Jahr:year|Regie:person|Darsteller:cast|Länge:minutes|FSK:age"
                "|IMDb-Note:komma|Bemerkung:note"
            ),
            (
                "title=Filmtitel year=Jahr directors=Regie actors=Darsteller duration=Länge "
                "certificate=FSK rating=IMDb-Note"
            ),
        ),
        (
            (
                "Titre du film:title|Année de sortie:year|Réalisateur:person"
                "|Acteurs principaux:cast|Durée (min):minutes|Pays:country"
            ),
            (
                "title=Titre du film year=Année de sortie directors=Réalisateur "
                "actors=Acteurs principaux duration=Durée (min) countries=Pays"
            ),
        ),
        (
            "Título:title|Año:year|Director:person|Reparto:cast|Duración:duration|Género:genre",
            (
                "title=Título year=Año directors=Director actors=Reparto duration=Duración "
                "genres=Género"
            ),
        ),
        (
            "Titolo:title|Anno:year|Regista:person|Attori:cast|Durata:duration|Voto:score",
            "title=Titolo year=Anno directors=Regista actors=Attori duration=Durata rating=Voto",
        ),
        (
            "Titel:title|Jaar:year|Regisseur:person|Acteurs:cast|Speelduur:duration|Cijfer:score",
            (
                "title=Titel year=Jaar directors=Regisseur actors=Acteurs duration=Speelduur "
                "rating=Cijfer"
            ),
        ),
        (
            "Titel:title|År:year|Regissör:person|Skådespelare:cast|Längd:duration|Genre:genre",
            (
                "title=Titel year=År directors=Regissör actors=Skådespelare duration=Längd "
                "genres=Genre"
            ),
        ),
        (
            "Tytuł:title|Rok produkcji:year|Reżyser:person|Obsada:cast|Czas trwania:duration",
            "title=Tytuł year=Rok produkcji directors=Reżyser actors=Obsada duration=Czas trwania",
        ),
        (
            "Título:title|Ano:year|Realizador:person|Elenco:cast|Duração:duration|Nota:score",
            "title=Título year=Ano directors=Realizador actors=Elenco duration=Duração rating=Nota",
        ),
        (
            "Название:title|Год:year|Режиссёр:person|В ролях:cast|Хронометраж:duration",
            "title=Название year=Год directors=Режиссёр actors=В ролях duration=Хронометраж",
        ),
        (
            "Opus:title|Anno Domini:year|Maestro:person|Players:cast|#:flag",
            "title=Opus year=Anno Domini directors=Maestro actors=Players",
        ),
    ],
)
def test_columns_are_claimed_by_name_and_value(columns: str, expected: str) -> None:
    found = claimed(columns)
    assert " ".join(sorted(f"{k}={v}" for k, v in found.items())) == " ".join(
        sorted(f"{k}={v}" for k, v in pairs(expected))
    )


def pairs(text: str) -> list[tuple[str, str]]:
    """Take `a=b c d=e f` apart."""
    found: list[tuple[str, str]] = []
    for word in text.split(" "):
        key, equals, value = word.partition("=")
        if equals:
            found.append((key, value))
        else:
            key, value = found.pop()
            found.append((key, f"{value} {word}"))
    return found


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ("title:title|isOriginalTitle:flag", "original_title"),
        ("title:title|Date Rated:seen", "date"),
        ("title:title|My rating:score", "rating"),
        ("title:imdb", "title"),
        ("title:minutes", "title"),
        ("title:title|year:title", "year"),
        ("title:title|director:minutes", "directors"),
        ("title:title|Original author:person", "original_title"),
        ("title:title|Director of photography:person", "directors"),
        ("title:title|Direction artistique:person", "directors"),
        ("title:title|Regieassistenz:person", "directors"),
        ("title:title|Region:person", "directors"),
        ("title:title|note:mark", "genres"),
        ("title:title|rating:genre", "rating"),
    ],
)
def test_values_and_exact_names_speak_against_a_claim(columns: str, field: str) -> None:
    assert field not in claimed(columns)


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ("title:title|year:year|Date:seen", "date"),
        ("title:title|Date:seen", "date"),
        ("title:title|Year bought:year", "year"),
        ("title:title|Rok zakupu:year", "year"),
        ("title:title|Einkauf:year|Neu:year", "year"),
        ("title:title|Kategorie:medium", "genres"),
        ("title:title|Collection:own", "collection"),
        ("title:title|Langue:dubbed", "languages"),
        ("title:title|Herkunft:note", "countries"),
        ("title:title|Link:trailer", "pages"),
        ("title:title|Age rating:minutes", "certificate"),
        ("title:title|Vu avec:friends", "actors"),
        ("title:title|Company:friends", "actors"),
        ("title:title|Start:hour", "duration"),
        ("title:title|Cast:cast|Lent to:person", "directors"),
        ("title:title|Cast:cast|For:rare", "directors"),
        ("title:title|Cast:cast|Name:person", "directors"),
        ("Name:friend|Year:year", "title"),
        ("title:title|Note mia:score", "rating"),
        ("title:title|Min karakter:score", "rating"),
        ("title:title|Prod.:note", "companies"),
        ("title:title|Regie/Buch:person", "directors"),
    ],
)
def test_what_is_about_a_copy_or_its_keeper_is_not_claimed(columns: str, field: str) -> None:
    assert field not in claimed(columns)


@pytest.mark.parametrize("kind", ["person", "year", "seen", "score", "medium"])
@pytest.mark.parametrize(
    "names",
    [
        "Shelf|Borrowed by|Lent to|Seen on|Watched on|Price|Format|My score|Added|Owner|Subtitles",
        "Regal|Verliehen an|Gesehen am|Kaufpreis|Zustand|Eigene Note|Mit wem|Untertitel|Gekauft",
        "Étagère|Prêté à|Vu le|Vu avec|Prix|Date d'achat|Support|Ma note|Sous-titres|État",
        "Estantería|Prestada a|Vista el|Con quién|Precio|Fecha de compra|Mi nota|Soporte|Premios",
        "Scaffale|Prestato a|Visto il|Con chi|Prezzo|Supporto|Voto mio|Sottotitoli|Acquistato",
        "Plank|Uitgeleend aan|Gezien op|Met wie|Prijs|Aankoopjaar|Mijn cijfer|Drager|Staat",
        "Hylla|Utlånad till|Sedd|Med vem|Pris|Inköpt|Mitt betyg|Skick|Ägare|Exemplar",
        "Półka|Pożyczone|Obejrzane|Z kim|Cena|Data zakupu|Moja ocena|Nośnik|Napisy",
        "Prateleira|Emprestado a|Visto em|Com quem|Preço|Compra|A minha nota|Suporte|Legendas",
        "Полка|Кому дал|Просмотрено|С кем|Цена|Дата покупки|Моя оценка|Носитель|Перевод",
        "Police|Půjčeno komu|Zhlédnuto|S kým|Cena|Koupeno|Moje hodnocení|Nosič|Titulky",
        "Hylde|Udlånt til|Set med|Pris|Købsår|Min karakter|Stand|Undertekster|Ejer",
        "Raf|Ödünç alan|İzleme tarihi|Kiminle|Fiyat|Satın alma|Benim puanım|Altyazı|Durum",
    ],
)
def test_columns_about_a_copy_are_claimed_in_no_language(names: str, kind: str) -> None:
    films = "Title:title|Year:year|Director:person|Cast:cast"
    for name in names.split("|"):
        assert claimed(f"{films}|{name}:{kind}").keys() == {"title", "year", "directors", "actors"}


@pytest.mark.parametrize(
    ("columns", "field", "name"),
    [
        ("Dir.:person|Title:title", "directors", "Dir."),
        ("Titolo orig.:title|Titolo:title", "original_title", "Titolo orig."),
        ("Rok prod.:year|Tytuł:title", "year", "Rok prod."),
        ("Длит., мин:minutes|Название:title", "duration", "Длит., мин"),
        ("Länge (Min.):minutes|Titel:title", "duration", "Länge (Min.)"),
        ("Nota FilmAffinity:komma|Título:title", "rating", "Nota FilmAffinity"),
        ("Hodnocení:mark|ČSFD:score|Název:title", "rating", "ČSFD"),
        ("Name:friend|Film:title", "title", "Film"),
        ("Titel:title|Land/Länder:country", "countries", "Land/Länder"),
        ("Titel:title|Prod.-Land:country", "countries", "Prod.-Land"),
        ("Titolo:title|Paese d'origine:country", "countries", "Paese d'origine"),
        ("Titel:title|Released:year", "year", "Released"),
        ("dt. Titel:title|Regie:person", "title", "dt. Titel"),
        ("Titolo:title|Data uscita:day", "date", "Data uscita"),
        ("Titel:title|Regisserad av:person|Klippt av:person", "directors", "Regisserad av"),
        ("Titre:title|Metteur en scène:turned|Joué:cast", "directors", "Metteur en scène"),
        ("Titre:title|Titre d’origine:title", "original_title", "Titre d’origine"),
        ("Film:title|Orig.:title", "original_title", "Orig."),
        ("Signatur:shelf mark|Hauptsachtitel:title|Regie:person", "title", "Hauptsachtitel"),
        ("Standnr.:shelf mark|Angaben zum Titel:title|Regie:person", "title", "Angaben zum Titel"),
        ("Film:title|US RELEASE:day|UK title:title", "date", "US RELEASE"),
        ("Film:title|MPAA:letter", "certificate", "MPAA"),
        ("Screening:seen|Film:title|First released:day", "date", "First released"),
    ],
)
def test_names_are_shortened_have_units_and_sites(columns: str, field: str, name: str) -> None:
    assert claimed(columns)[field] == name


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        ("Titel:title|Regie:turned", 'directors = { column = "Regie", style = "surname_first" }'),
        ("Titel:title|Regie:two", 'directors = { column = "Regie", split = " und " }'),
        ("Titel:title|Regie:rarely two", 'directors = { column = "Regie", split = "/" }'),
        ("Título:title|Dirección:gasset", 'directors = "Dirección"'),
        ("Titel:title|Note:half", '# rating = { value = "Note" } # whose, and on which scale?'),
    ],
)
def test_a_field_is_written_as_its_values_want_it(columns: str, line: str) -> None:
    assert line in drafted(sheet(columns), "utf-8").splitlines()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Petit, Anne", ["Anne Petit"]),
        ("Petit, Anne, Weber, Karl", ["Anne Petit", "Karl Weber"]),
        ("Petit, Jr.", ["Petit, Jr."]),
        ("Petit", ["Petit"]),
    ],
)
def test_names_with_the_surname_first_are_turned_round(text: str, names: list[str]) -> None:
    assert STYLES["surname_first"]["directors"](text) == names


def test_a_lone_column_of_names_beside_a_cast_is_a_marked_guess() -> None:
    text = drafted(sheet("Title:title|Maestro:person|Cast:cast"), "utf-8")
    assert 'directors = "Maestro" # a guess: the only other column of names, beside a cast' in text


def test_marks_of_which_nobody_knows_which_is_best_are_left_to_the_user() -> None:
    text = drafted(sheet("Titel:title|Note:mark"), "utf-8")
    assert '# rating = { value = "Note" } # whose, and on which scale?' in text


def test_days_and_addresses_get_what_reads_them() -> None:
    text = drafted(sheet("Titel:title|Kinostart:day|IMDb:imdb"), "utf-8")
    assert 'date = { column = "Kinostart", date = ["%d.%m.%Y", "%Y-%m-%d", "%Y"] }' in text
    assert r"""ids.imdb = { column = "IMDb", find = 'tt\d{7,}' }""" in text


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("data/files/imdb_top_1000.csv", "title year rating directors actors duration genres"),
        ("data/files/IMDB-Movie-Data.csv", "title year rating directors actors duration genres"),
        ("data/imdb/title.basics.tsv", "imdb title original_title year duration genres"),
    ],
)
def test_shared_tables_are_claimed_without_an_edit(name: str, expected: str) -> None:
    seen = look(str(shared(name)))
    assert seen is not None
    assert set(expected.split()) <= propose(seen.header, seen.rows).fields.keys()
    read_map(drafted(seen, "utf-8"), "draft.toml")


@settings(max_examples=examples(100, 5000))
@given(
    st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=5, unique=True),
    st.lists(st.lists(st.text(max_size=12), min_size=5, max_size=5), max_size=5),
)
def test_a_draft_is_toml_whatever_the_table(header: list[str], rows: Sequence[list[str]]) -> None:
    made = Sheet(TableKind.DELIMITED, tuple(header), [row[: len(header)] for row in rows])
    text = drafted(made, "utf-8")
    fields = tomllib.loads(text)["fields"]
    if "title" in fields:
        read_map(text, "draft.toml")


def test_names_are_compared_without_accents_and_capitals() -> None:
    assert plain("Année_de sortie") == "annee de sortie"
    assert plain("primaryTitle") == "primary title"


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ("Film:title|Produzent:company", "producers"),
        ("Film:title|Distribution:company", "actors"),
        ("Film:title|Description:remark", "overview"),
        ("Film:title|Format:medium|Studio:company", "companies"),
        ("Film:title|Nr:count", "key"),
        ("Film:title|Lp.:count with a point", "key"),
        ("Film:title|Nr:count with a hash", "key"),
        ("Film:title|Link:shop", "pages"),
        ("Film:title|Category:keeping", "genres"),
        ("Film:title|Rated:mark", "certificate"),
        ("Film:title|Kamera:person|Cast:cast", "directors"),
    ],
)
def test_a_word_with_a_second_meaning_claims_nothing_against_its_values(
    columns: str, field: str
) -> None:
    assert field not in claimed(columns)


@pytest.mark.parametrize(
    ("columns", "field", "name"),
    [
        ("Titre VF:title", "title", "Titre VF"),
        ("Film:title|Réal:person", "directors", "Réal"),
        ("Film:title|Sortie France:day", "date", "Sortie France"),
        ("Film:title|Nota do IMDb:komma", "rating", "Nota do IMDb"),
        ("Film:title|AlloCiné (/5):score", "rating", "AlloCiné (/5)"),
        ("Film:title|Protagonistas:dashed", "actors", "Protagonistas"),
        ("Streifchen:title|Bemerkungen:rare|Regie:person", "title", "Streifchen"),
    ],
)
def test_names_are_cut_off_or_of_a_country_or_a_site(columns: str, field: str, name: str) -> None:
    assert claimed(columns)[field] == name


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ("Dir.:person|Lead 1:person|Lead 2:person", "Lead 1|Lead 2"),
        ("Regie:person|Hauptrolle:person|Nebenrolle:person", "Hauptrolle|Nebenrolle"),
        (
            "Réalisateur:person|Acteur principal:person|Actrice principale:person",
            "Acteur principal|Actrice principale",
        ),
        ("Guion:person|Protagonista:person|Coprotagonista:person", "Protagonista|Coprotagonista"),
        ("Regia:person|Attore 1:person|Attore 2:person", "Attore 1|Attore 2"),
        ("hoofdrol:person|bijrol:person|Muziek:person", "hoofdrol|bijrol"),
        ("Skådis 1:person|Skådis 2:person|Filmad av:person", "Skådis 1|Skådis 2"),
        ("Rola drugoplanowa:person|Gł. rola:person", "Rola drugoplanowa|Gł. rola"),
        ("Ator/Atriz 1:person|Ator/Atriz 2:person", "Ator/Atriz 1|Ator/Atriz 2"),
        ("Реж.:person|Гл. роль:person|Второстеп. роль:person", "Гл. роль|Второстеп. роль"),
        ("Regie:person|Gesicht 1:person|Gesicht 2:person", "Gesicht 1|Gesicht 2"),
        ("Actor 1:person|Character 1:person|Actor 2:person|Character 2:person", "Actor 1|Actor 2"),
        ("Schauspieler:person|Rolle:person", "Schauspieler"),
        ("Cast:cast|Reviewer 1:person|Reviewer 2:person", "Cast"),
        ("Director:person|Friend 1:friend|Friend 2:friend", None),
        ("Director:person|Foto 0:person|Foto 1:person|Foto 2:person", None),
        ("Director:person|Verliehen an 1:person|Verliehen an 2:person", None),
        ("Director:person|Stunt actor:person|Voice actor:person", None),
    ],
)
def test_a_cast_may_have_a_column_for_each_person(columns: str, expected: str | None) -> None:
    made = propose(sheet(f"Title:title|{columns}").header, sheet(f"Title:title|{columns}").rows)
    names = [column.name for column in made.fields.get("actors", ())]
    assert names == (expected.split("|") if expected else [])


@pytest.mark.parametrize(
    ("name", "is_name"),
    [
        ("J.R.R. Tolkien", True),
        ("Conan O’Brien-Smith", True),
        ("Daniel Day-Lewis", True),
        ("Robert Downey Jr.", True),
        ("St.-John Perse", True),
        ("Изобретательница конструирует невероятный дирижабль путешественникам севера.", False),
        ("a" * 5000 + " 1", False),
        ("Aa" * 5000 + ".-" * 50 + "!", False),
        ("Alien", False),
    ],
)
def test_a_name_has_two_words_of_letters(name: str, is_name: bool) -> None:
    column = SheetColumn.of(["Regie"], [[name]], 0)
    assert column.names == is_name


def test_names_that_mostly_repeat_direct_no_films() -> None:
    assert "directors" not in claimed("Title:title|Cast:cast|Tip:friend")


@pytest.mark.parametrize("base", ["Cast:cast", "Director:person", "Director:person|Actor:person"])
@pytest.mark.parametrize(
    "names",
    [
        "Character|Sound director|Lead animator|Narrator|Based on a book by|Translator|Donor",
        "Rolle|Hauptfigur|Szenenbild|Ton|Maske|Romanvorlage|Erzähler|Vorführer|Dialogregie",
        "Personnage|Rôle|Voix française|Décors|D'après|Son|Réalisateur 2e équipe|Distributeur",
        "Personaje|Papel|Vestuario|Basada en|Sonido|Director de doblaje|Dirección de arte",
        "Personaggio|Ruolo|Scenografia|Tratto da|Aiuto regista|Relatore|Direttore del doppiaggio",
        "Personage|Rol|Stemmen|Decor|Spreker|Geluid|Regie-assistent",
        "Rollfigur|Scenografi|Kostym|Berättare|Röst|Ljud|Regiassistent",
        "Postać|Rola|Kostiumy|Dźwięk|Drugi reżyser|Lektor",
        "Personagem|Figurino|Apresentador|Som|Dublador",
        "Персонаж|Роль|Художник|Звукорежиссёр|Второй режиссёр|Режиссёр монтажа",
    ],
)
def test_other_trades_and_characters_are_claimed_in_no_language(names: str, base: str) -> None:
    for name in names.split("|"):
        assert name not in claimed(f"Title:title|{base}|{name}:person").values()
