"""The same `mosseval run` again and again into one prefix of an object store, as the pods of a Job start it."""

from __future__ import annotations

import re

from fake_endpoint import FakeEndpoint
from mosseval_process import Finished, Mosseval
from remote_runs import keys, run_at
from s3_faults import S3Faults
from s3_server import KEY, SECRET, S3Server
from small_benchmark import write

from mosseval.commands.merge import merge
from mosseval.place import place

SAMPLES = 24
EVERYTHING = sorted(f"mossbench/{number}/0" for number in range(1, SAMPLES + 1))
IN_FLIGHT = 4
UNSAFE = 6
"""How many records may be lost with a pod; a segment holds half of them."""
QUICK = ("--segment-records", UNSAFE, "--segment-seconds", 0.4, "--lease-seconds", 1.5)


class Pods:
    """`mosseval run` on 24 samples into one prefix, as the pods of a Job start it."""

    def __init__(self, mosseval: Mosseval, endpoint: FakeEndpoint, s3: S3Server, url: str) -> None:
        data = write(mosseval.folder / "benchmark", SAMPLES)
        self.mosseval, self.endpoint, self.s3, self.url = mosseval, endpoint, s3, url
        mosseval.environment = s3.environment()
        where = ("--target", endpoint.url, "--benchmark", "mossbench", "--data", data)
        self.command = ("run", "--model", "m", *where, "--concurrency", IN_FLIGHT)
        self.into = (*self.command, "--out", url, *QUICK)

    def __call__(self, *more: object, through: S3Faults | None = None) -> Finished:
        """Runs to its end, through the proxy or directly."""
        return self.mosseval(*self.into, *more, environment=self.s3.environment(through.url if through else None))

    @property
    def prefix(self) -> str:
        """Where the run lies in its bucket."""
        return self.url.removeprefix(f"s3://{self.s3.bucket}/")

    def stored(self, pattern: str) -> list[str]:
        """The run's objects in whose names the pattern is found."""
        return [name for name in self.s3.names(f"{self.prefix}/") if re.search(pattern, name)]

    def whole(self) -> None:
        """Every sample has one record and one judgement, in the store and merged; no key is in any object."""
        run = run_at(self.url)
        assert sorted(run.state().answers) == EVERYTHING
        merge([place(self.url)], self.mosseval.folder / "merged")
        merged = run_at(self.mosseval.folder / "merged")
        assert keys(merged) == EVERYTHING
        assert sorted(line["key"] for line in merged.judgement_lines()) == EVERYTHING
        for name in self.stored(""):
            content = self.s3.read(name)
            assert KEY.encode() not in content
            assert SECRET.encode() not in content
