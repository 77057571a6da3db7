"""An inquiry: many questions to one endpoint, in batches, with patience and an end."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from etl.errors import EndpointError
from etl.linking.cache import Cache
from etl.linking.endpoint import Asking, Trouble, Unanswered
from etl.linking.wikidata import Question, Row


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient an inquiry is; all in seconds but the counts."""

    wait_s: float = 60.0  # when it is told to wait, but not how long
    longest_wait_s: float = 300.0  # a longer one ends the inquiry
    pause_s: float = 2.0  # after an answer that cannot be used; doubled each time in a row
    failures: int = 6  # so many in a row end the inquiry
    sleep: Callable[[float], None] = field(default=time.sleep)


@dataclass(slots=True)
class Inquiry:
    """Asks an endpoint, one request at a time, what the cache does not know.

    With `endpoint` None it only looks at what is known. At most `limit` requests are made.
    `stopped` says why no more requests are made. An endpoint that cannot be reached by the first
    request is not waited for.
    """

    cache: Cache
    endpoint: Asking | None
    pace: Pace = field(default_factory=Pace)
    limit: int | None = None
    progress: Callable[[str, int, int | None], None] | None = None
    requests: int = 0
    stopped: str = ""
    _unanswered: set[tuple[str, str]] = field(default_factory=set)
    _failures: int = 0
    _too_much: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        wait = self.cache.paused_until - time.time()
        if self.endpoint is not None and wait > self.pace.longest_wait_s:
            minutes = round(wait / 60)
            self.stopped = f"the endpoint asked to be left alone; {minutes} minutes of that remain"
        elif self.endpoint is not None and wait > 0:
            self.pace.sleep(wait)

    @property
    def left(self) -> int:
        """Count the subjects that were to be asked about and were not answered."""
        return len(self._unanswered)

    def ask(self, question: Question, subjects: Sequence[str]) -> dict[str, list[Row]]:
        """Give the answers about those subjects for which there are any.

        Raises:
            EndpointError: the endpoint cannot be reached.
        """
        unique = list(dict.fromkeys(subjects))
        answers = self.cache.answers(question, unique)
        known = answers.keys() | {each for kind, each in self._unanswered if kind == question.name}
        waiting = [subject for subject in unique if subject not in known]
        total, done = len(waiting), 0
        while waiting and self._may_ask():
            batch = waiting[: self.cache.batch(question)]
            answer = self._request(question, batch)
            if answer is not None:
                answers.update(answer)
                del waiting[: len(batch)]
                done += len(batch)
            elif self._too_much == batch:
                self._unanswered.add((question.name, waiting.pop(0)))  # even this one alone
            if self.progress:
                self.progress(question.name, done, total)
        if self.endpoint is not None:
            self._unanswered.update((question.name, subject) for subject in waiting)
        return answers

    def planned(self, question: Question, subjects: Sequence[str]) -> int:
        """Count the requests that `ask` would make, if all goes well."""
        unique = set(subjects)
        unknown = len(unique - set(self.cache.answers(question, list(unique))))
        return -(-unknown // self.cache.batch(question))

    def _may_ask(self) -> bool:
        if self.limit is not None and self.requests >= self.limit and not self.stopped:
            self.stopped = f"--limit {self.limit} is reached"
        return self.endpoint is not None and not self.stopped

    def _request(self, question: Question, batch: list[str]) -> dict[str, list[Row]] | None:
        """Make one request; None where it gave nothing."""
        if self.endpoint is None:
            return None
        is_first = not self.requests
        self.requests += 1
        try:
            if is_first:
                self.endpoint.reach()
            answer = self.endpoint.select(question, batch)
        except Unanswered as failed:
            if is_first and failed.trouble is Trouble.AWAY:
                raise EndpointError(
                    f"{self.endpoint.url}: cannot be reached: {failed}",
                    hint="check the network and the address, or link without: etl link --offline",
                ) from failed
            self._failures += 1
            self._react(failed, question, len(batch))
            alone = len(batch) == 1 and failed.trouble in (Trouble.HEAVY, Trouble.BROKEN)
            self._too_much = batch if alone else []
            return None
        self._failures = 0
        self.cache.keep(question, answer)
        return answer

    def _react(self, failed: Unanswered, question: Question, size: int) -> None:
        """Wait, ask for less, or stop: whatever the endpoint's trouble calls for."""
        if failed.trouble is Trouble.REFUSED:
            self.stopped = f"{failed.trouble.value}: {failed}"
            return
        if failed.trouble is Trouble.BUSY:
            self._wait(self.pace.wait_s if failed.wait_s is None else failed.wait_s, failed)
        else:
            if failed.trouble is not Trouble.AWAY:
                self.cache.limit(question, size // 2)
            self.pace.sleep(self.pace.pause_s * 2 ** (self._failures - 1))
        if self._failures >= self.pace.failures and not self.stopped:
            self.stopped = f"{self._failures} requests in a row failed; last: {failed}"

    def _wait(self, wait_s: float, failed: Unanswered) -> None:
        """Leave the endpoint alone for as long as it asks, or until another run."""
        self.cache.pause(time.time() + wait_s)
        if wait_s > self.pace.longest_wait_s:
            self.stopped = f"{failed.trouble.value}, for {round(wait_s)} seconds"
        else:
            self.pace.sleep(wait_s)
