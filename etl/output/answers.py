"""Solutions of a SELECT query, whoever has answered it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter

from pyoxigraph import (
    QuerySolutions,
)

from etl.output.rows import Node

Row = tuple[Node | None, ...]


class Solutions:
    """Rows of terms below the names of variables; knows after writing whether there were any.

    An `answer` is that of an engine, where its columns stand in the right order. `began` is called
    when the first solution is there.
    """

    def __init__(
        self,
        columns: Sequence[str],
        rows: Iterable[Row],
        answer: QuerySolutions | None = None,
        began: Callable[[], None] = lambda: None,
    ) -> None:
        self.columns = tuple(columns)
        self.answer = answer
        self.began = began
        self.were_any = False
        self._rows = rows

    @classmethod
    def of(
        cls,
        answer: QuerySolutions,
        order: Sequence[str] = (),
        began: Callable[[], None] = lambda: None,
    ) -> Solutions:
        """Make them of an engine's answer, the variables that `order` names in that order."""
        given = [variable.value for variable in answer.variables]
        columns = [each for each in order if each in given]
        if columns == given or len(columns) < len(given):
            return cls(given, map(tuple, answer), answer, began)
        chosen = itemgetter(*map(given.index, columns))
        return cls(columns, (chosen(tuple(solution)) for solution in answer), began=began)

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            if not self.were_any:
                self.were_any = True
                self.began()
            yield row
