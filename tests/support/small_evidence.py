"""A film, and a crosswalk and tables of IMDb that know it."""

from __future__ import annotations

from records import Film

HEAT = Film(113277, "Heat", 1995, directors="Michael Mann", actors="Al Pacino, Val Kilmer")
CROSSWALK = "imdb,item,label\ntt0113277,Q42198,Heat\nnm0000199,Q41163,Al Pacino\n"
TABLES = {
    "title.principals.tsv": "tconst\tordering\tnconst\tcategory\tjob\tcharacters\n"
    'tt0113277\t1\tnm0000199\tactor\t\\N\t["Lt. Vincent Hanna"]\n'
    "tt0113277\t2\tnm0000520\tdirector\t\\N\t\\N\n",
    "name.basics.tsv": "nconst\tprimaryName\nnm0000199\tAl Pacino\nnm0000520\tMichael Mann\n",
}
