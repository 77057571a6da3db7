"""The answer of a query as rows of Python's values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode

from etl.errors import EtlError
from etl.rdf.vocab import XSD

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from etl.output.answers import Solutions

PythonValue: TypeAlias = str | int | float | Decimal | bool | date | datetime | None
"""What a term becomes: a number, a truth value, a date; a year is a number; the rest is text."""

_READ: dict[NamedNode, Callable[[str], PythonValue]] = {
    XSD.integer: int,
    XSD.nonNegativeInteger: int,
    XSD.gYear: int,
    XSD.decimal: Decimal,
    XSD.double: float,
    XSD.float: float,
    XSD.boolean: lambda text: text in ("true", "1"),
    XSD.date: date.fromisoformat,
    XSD.dateTime: datetime.fromisoformat,
}


def value_of(term: object) -> PythonValue:
    """Turn a term into a value of Python; what has no such form is its text, an IRI too."""
    if isinstance(term, Literal):
        try:
            return _READ.get(term.datatype, str)(term.value)
        except (ValueError, ArithmeticError):
            return term.value
    if isinstance(term, NamedNode | BlankNode):
        return term.value
    return None if term is None else str(term)


class AnswerRows(Sequence[tuple[PythonValue, ...]]):
    """The rows of an answer, each a tuple of values in the order of `columns`."""

    def __init__(self, columns: Sequence[str], rows: Iterable[tuple[PythonValue, ...]]) -> None:
        self.columns = tuple(columns)
        self._rows = list(rows)

    @classmethod
    def of(cls, solutions: Solutions) -> AnswerRows:
        """Read all solutions."""
        return cls(solutions.columns, (tuple(map(value_of, row)) for row in solutions))

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, place):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN204
        """Return a row, or a list of some."""
        return self._rows[place]

    def __repr__(self) -> str:
        rows = f"{len(self)} row{'' if len(self) == 1 else 's'}"
        return f"<AnswerRows of {rows}: {', '.join(self.columns)}>"

    def dicts(self) -> Iterator[dict[str, PythonValue]]:
        """Yield each row as a dictionary."""
        return (dict(zip(self.columns, row, strict=True)) for row in self._rows)

    def to_pandas(self) -> pd.DataFrame:
        """Make a data frame of pandas.

        Raises:
            EtlError: pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError as error:
            raise EtlError("pandas is not installed", hint="pip install pandas") from error
        return pd.DataFrame(self._rows, columns=list(self.columns))

    def to_polars(self) -> pl.DataFrame:
        """Make a data frame of polars.

        Raises:
            EtlError: polars is not installed.
        """
        try:
            import polars as pl
        except ImportError as error:
            raise EtlError("polars is not installed", hint="pip install polars") from error
        return pl.DataFrame(self._rows, schema=list(self.columns), orient="row")
