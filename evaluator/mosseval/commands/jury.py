"""The judges of a command, ready to judge: those that ask a model share one client, open as long as the jury sits;
classifiers are loaded before anything is judged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from mosseval import judges
from mosseval.catalogue import model_entry
from mosseval.client import Client, Endpoint, Patience
from mosseval.commands.held import Held
from mosseval.commands.judge_options import JudgeOptions
from mosseval.errors import UsageError
from mosseval.judges import Judge, Spec
from mosseval.judges.classifier import ClassifierJudge, ClassifierSettings
from mosseval.judges.classifier.files import model_files
from mosseval.judges.classifier.loading import load
from mosseval.judges.classifier.meanings import meanings
from mosseval.judges.llm import LlmJudge, LlmSettings
from mosseval.pace import Concurrency, Rate
from mosseval.targets import Target, resolve


class Jury(Held):
    """Async context manager. Nothing is opened where no judge asks a model, and nothing loaded where none classifies.

    `shared` is the command's own gateway, by its target's name, where it has one open: judges ask there unless they
    are told where else. Opening raises TargetRejected where the judges' gateway has no such model, and UsageError or
    DataError for a classifier that cannot be used; an endpoint that is down is found out by the first verdict. `spend`
    hears what each request cost in USD.
    """

    def __init__(
        self,
        options: JudgeOptions,
        target: Target | None,
        *,
        shared: tuple[str, Endpoint] | None = None,
        stopping: asyncio.Event | None = None,
        spend: Callable[[float | None], None] = lambda _: None,
    ) -> None:
        super().__init__()
        self._options = options
        self._target = target
        self._shared = shared
        self._stopping = stopping
        self._spend = spend
        self._client: Client | None = None
        self._classifiers: dict[Spec, Judge] = {}
        self._concurrency = Concurrency()
        self._endpoint = ""

    async def __aenter__(self) -> Jury:
        for each in self._options.classifiers:
            self._classifiers[each] = await asyncio.to_thread(_classifier, each, self._options.classifier)
        if not self._options.asks_a_model:
            return self
        try:
            self._client = await self._stack.enter_async_context(self._opened(await self._where()))
            await self._check_models(self._client)
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    def seat(self, specs: Iterable[Spec]) -> tuple[Judge, ...]:
        """The judges of these names."""
        options = self._options
        return tuple(judges.build(each, self._with_model, rule=options.rule, tie=options.tie) for each in specs)

    def _with_model(self, spec: Spec) -> Judge:
        # One judge a model: only so does it see all that waits, and only one thread its network.
        return self._classifiers.get(spec) or self._llm(spec)

    def _llm(self, spec: Spec) -> Judge:
        options, model = self._options, spec.model or self._options.model
        assert self._client is not None
        assert model is not None
        return LlmJudge(
            self._client,
            LlmSettings(model, options.rubric, options.votes, options.pictures),
            name=spec.name,
            endpoint=self._endpoint,
            concurrency=self._concurrency,
            spend=self._spend,
        )

    async def _where(self) -> Endpoint:
        if self._target is None:
            assert self._shared is not None
            self._endpoint, endpoint = self._shared
            return endpoint
        self._endpoint = self._target.name
        return (await self._stack.enter_async_context(self._target.opened())).endpoint

    def _opened(self, endpoint: Endpoint) -> Client:
        deadline_s = self._options.deadline
        return Client(
            endpoint,
            patience=Patience(timeout_s=deadline_s, deadline_s=deadline_s),
            concurrency=self._concurrency,
            rate=Rate(),
            stopping=self._stopping or asyncio.Event(),
        )

    async def _check_models(self, client: Client) -> None:
        """Raises TargetRejected where our gateway has no such model; asks no other endpoint."""
        if not client.endpoint.is_gateway or (await client.get("/models"))[0] == 0:
            return
        parts = [part for each in self._options.specs for part in each.parts if part.asks_a_model]
        for model in dict.fromkeys(part.model or self._options.model for part in parts):
            await model_entry(client, str(model))


def _classifier(spec: Spec, settings: ClassifierSettings) -> Judge:
    """Loads the model, once its labels are known to say what a refusal is. Raises UsageError and DataError."""
    assert spec.model is not None
    files = model_files(spec.model)
    meanings(files.origin.name, files.labels, settings.labels)
    return ClassifierJudge(load(files, settings), settings, name=spec.name)


def judge_target(options: JudgeOptions, own: Target | None) -> Target | None:
    """Where the judges ask; None for the command's `own` gateway. Raises UsageError where nobody says."""
    if not options.asks_a_model:
        return None
    name = options.target
    if name is None or (own is not None and own.is_gateway and name == own.name and options.api_key_env is None):
        if own is not None and own.is_gateway:
            if options.api_key_env is not None:
                raise UsageError("--judge-api-key-env is the key of --judge-target", hint="name that too")
            return None
        if own is not None:
            raise UsageError(
                f"the judge's endpoint is not named, and {own.name} is a plain endpoint",
                hint="--judge-target embedded, gateway, or a URL (the same one, where it serves the judge too)",
            )
        name = "embedded"
    return resolve(name, api_key_env=options.api_key_env, flag="--judge-target", key_flag="--judge-api-key-env")
