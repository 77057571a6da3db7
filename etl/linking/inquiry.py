"""An inquiry: many questions to one endpoint, in batches, with patience and an end."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from etl.errors import EndpointError
from etl.linking.cache import Cache
from etl.linking.wikidata import EndpointQuestion, Row
from etl.sparql.patience import Patience, Trouble, Unanswered

POLITE = Patience(
    answer_s=65.0, answer_mb=100.0, again_s=300.0, pause_s=2.0, longest_pause_s=300.0, spread=0.0
)
"""How patient an inquiry is; `again_s` is the longest wait that does not end it."""

WAIT_S = 60.0  # when an endpoint asks to wait, but not how long
FAILURES = 6  # so many in a row end the inquiry


class Asking(Protocol):
    """Something that can be asked, such as an `Endpoint`."""

    @property
    def url(self) -> str:
        """Say where it is."""

    def select(self, question: EndpointQuestion, subjects: list[str]) -> dict[str, list[Row]]:
        """Ask about a batch of subjects, once."""


@dataclass(slots=True)
class Inquiry:
    """Asks an endpoint, one request at a time, what the cache does not know.

    With `endpoint` None it only looks at what is known. At most `limit` requests are made.
    `stopped` says why no more requests are made. An endpoint that cannot be reached by the first
    request is not waited for.
    """

    cache: Cache
    endpoint: Asking | None
    patience: Patience = POLITE
    limit: int | None = None
    progress: Callable[[str, int, int | None], None] | None = None
    sleep: Callable[[float], None] = time.sleep
    requests: int = 0
    stopped: str = ""
    _unanswered: set[tuple[str, str]] = field(default_factory=set)
    _failures: int = 0
    _too_much: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        wait = self.cache.paused_until - time.time()
        if self.endpoint is not None and wait > self.patience.again_s:
            minutes = round(wait / 60)
            self.stopped = f"the endpoint asked to be left alone; {minutes} minutes of that remain"
        elif self.endpoint is not None and wait > 0:
            self.sleep(wait)

    @property
    def left(self) -> int:
        """Count the subjects that were to be asked about and were not answered."""
        return len(self._unanswered)

    def ask(self, question: EndpointQuestion, subjects: Sequence[str]) -> dict[str, list[Row]]:
        """Return the answers about those subjects for which there are any.

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

    def planned(self, question: EndpointQuestion, subjects: Sequence[str]) -> int:
        """Count the requests that `ask` would make, if all goes well."""
        unique = set(subjects)
        unknown = len(unique - set(self.cache.answers(question, list(unique))))
        return -(-unknown // self.cache.batch(question))

    def _may_ask(self) -> bool:
        if self.limit is not None and self.requests >= self.limit and not self.stopped:
            self.stopped = f"--limit {self.limit} is reached"
        return self.endpoint is not None and not self.stopped

    def _request(self, question: EndpointQuestion, batch: list[str]) -> dict[str, list[Row]] | None:
        """Make one request; None where it gave nothing."""
        if self.endpoint is None:
            return None
        is_first = not self.requests
        self.requests += 1
        try:
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

    def _react(self, failed: Unanswered, question: EndpointQuestion, size: int) -> None:
        """Wait, ask for less, or stop: whatever the endpoint's trouble calls for."""
        if failed.trouble is Trouble.REFUSED:
            self.stopped = f"{failed.trouble.value}: {failed}"
            return
        if failed.trouble is Trouble.BUSY:
            self._leave_alone(failed)
        else:
            if failed.trouble is not Trouble.AWAY:
                self.cache.limit(question, size // 2)
            self.sleep(self.patience.pause(self._failures))
        if self._failures >= FAILURES and not self.stopped:
            last = f"no connection: {failed}" if failed.trouble is Trouble.AWAY else failed
            self.stopped = f"{self._failures} requests in a row failed; last: {last}"

    def _leave_alone(self, failed: Unanswered) -> None:
        """Leave the endpoint alone for as long as it asks, or until another run."""
        asked_s = WAIT_S if failed.wait_s is None else failed.wait_s
        wait_s = self.patience.pause(self._failures, asked_s)
        self.cache.pause(time.time() + wait_s)
        if wait_s > self.patience.again_s:
            self.stopped = f"{failed.trouble.value}, for {round(wait_s)} seconds"
        else:
            self.sleep(wait_s)


def required_contact(contact: str | None) -> str:
    """Check that there is somebody whom the operators of a service can reach.

    Raises:
        EndpointError: there is not.
    """
    if contact and ("@" in contact or "://" in contact):
        return contact
    raise EndpointError(
        "the endpoint's operators ask for a contact, such as an e-mail address or a page",
        hint="give yours with --contact or ETL_CONTACT, or link without an endpoint: --offline",
    )
