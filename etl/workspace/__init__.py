"""The workspace on disk: generations, one atomic switch between them, one writer at a time.

    .etl/
      current             the number of the generation that readers see, with a check value
      committed           the highest number that `current` has had, likewise
      generations/0007/   catalog.duckdb, store/ and search.sqlite, which belong together, and
                          made.json, files.json
      keep                how many generations are kept, where that is not the default
      settings.json       values of options, where they are not the default
      lock                held by the one process that writes

A generation is never changed once `current` names it. A writer builds the next one beside it
and switches by one rename: that rename is the commit, of catalog and store at once. What a
killed writer left behind is a generation that nothing names; the next writer deletes it.
`committed` is written after the commit: by it a pointer that has gone back is found out.
"""

from etl.workspace.generations import MEND
from etl.workspace.workspace import KEPT_GENERATIONS, Workspace

__all__ = ["KEPT_GENERATIONS", "MEND", "Workspace"]
