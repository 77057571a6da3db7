"""Who played whom, as a synopsis tells it: `Joel Barish (Jim Carrey)`, `Jesse (Hawke)`.

A pair is a name directly before a bracket (`names`) and the member of the cast whom the bracket
means (`brackets`); two characters before one bracket are played by two actors in it, in order. A
short name is joined to a longer one that contains it (`joining`). All of it errs on the side of
silence: a surname that two members of the cast bear, a bracket with two actors behind one name, and
a script without capitals, whose names cannot be told from other words, give nothing.
"""

from __future__ import annotations

from etl.resolution.characters.joining import same_character
from etl.resolution.characters.pairing import Played, played, unlisted

__all__ = ["Played", "played", "same_character", "unlisted"]
