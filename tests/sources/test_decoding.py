"""What encoding a text is in that is not Unicode."""

from __future__ import annotations

import pytest

from etl.sources.decoding import likely_encoding

TEXTS = {
    "windows-1250": [
        "Tytuł polski;Reżyser\nŻycie jest piękne;Andrzej Żuławski",
        "Název;Režisér\nKolja;Jan Svěrák, příběh Zdeňka Svěráka",
        "Názov;Réžia\nObchod na korze;Ján Kadár, ťažký osud ľudí",
        "Naslov;Režiser\nKekec;Jože Gale, častitljiv",
        "Cím;Rendező\nA tanú;Bacsó Péter, furcsa idők, kemény bűnök",
    ],
    "windows-1251": ["Название;Режиссёр\nЛевиафан;Андрей Звягинцев"],
    "windows-1252": [
        "Titre;Réalisateur\nLe Fabuleux Destin d’Amélie Poulain;Jean-Pierre Jeunet",
        "Titel;Regissör\nDet sjunde inseglet;Måns Öst",
        "Título;Año\nVolver, con todo el corazón;2006",
        "Título;Realização\nAs Canções de São João;2006",
        "Filme;Tema\nCorações;Emoções à flor da pele",
        "Film;Director\nAmadeus;Miloš Forman",
        "Pealkiri;Lavastaja\nKõrboja peremees;Leida Laius, võõrad mõtted täna",
    ],
    "windows-1253": ["Τίτλος;Σκηνοθέτης\nΚυνόδοντας;Γιώργος Λάνθιμος"],
    "windows-1254": ["Film;Yönetmen\nKış Uykusu;Nuri Bilge Ceylan, ışık, şey, İstanbul, ağaç"],
}


@pytest.mark.parametrize(
    ("encoding", "text"), [(each, text) for each, texts in TEXTS.items() for text in texts]
)
def test_the_likely_encoding_is_the_one_that_was_written(encoding: str, text: str) -> None:
    assert likely_encoding(text.encode(encoding)) == encoding
