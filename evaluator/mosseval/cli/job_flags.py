"""The flags of `mosseval k8s`; every other flag of `render` and `submit` is one of `mosseval run`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def _option(*names: str, panel: str, help: str, **rest: object) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(*names, help=help, rich_help_panel=panel, **rest)  # type: ignore[arg-type]
    return option


RUN = "The run"
POD = "Its pods"
QUEUE = "The Job"
CLUSTER = "The cluster"

Shards = Annotated[int, _option("--shards", panel=RUN, metavar="N", min=1, help="Cut the run into N shards.")]
Parallelism = Annotated[
    int | None,
    _option("--parallelism", panel=RUN, metavar="P", min=1, show_default="all", help="This many of them at once."),
]
Out = Annotated[
    str,
    _option(
        "--out",
        panel=RUN,
        metavar="URL",
        help="Where the run is written: s3://…, gs://…, az://…; or file:///runs/NAME with --runs-claim.",
    ),
]
KeySecret = Annotated[
    str | None,
    _option("--key-secret", panel=RUN, metavar="NAME[/KEY]", help="The Secret with the gateway's key (KEY: key)."),
]
NoKey = Annotated[bool, _option("--no-key", panel=RUN, help="The gateway takes requests without a key.")]
GatewayUrl = Annotated[str, _option("--gateway-url", panel=RUN, metavar="URL", help="The gateway, as a pod sees it.")]
Image = Annotated[
    str | None,
    _option("--image", panel=POD, metavar="NAME:TAG", show_default="this version", help="The evaluator's image."),
]
DataClaim = Annotated[
    str | None,
    _option("--data-claim", panel=POD, metavar="NAME", help="A volume claim with the benchmark's data, at /data."),
]
RunsClaim = Annotated[
    str | None,
    _option("--runs-claim", panel=POD, metavar="NAME", help="A volume claim at /runs, where there is no object store."),
]
Env = Annotated[
    list[str] | None, _option("--env", panel=POD, metavar="NAME=VALUE", help="A variable; never a secret. Repeatable.")
]
EnvFromSecret = Annotated[
    list[str] | None,
    _option(
        "--env-from-secret",
        panel=POD,
        metavar="NAME",
        help="A Secret whose values become variables: an object store's keys. Repeatable.",
    ),
]
PodLabel = Annotated[
    list[str] | None, _option("--pod-label", panel=POD, metavar="NAME=VALUE", help="A label more. Repeatable.")
]
NodeSelector = Annotated[
    list[str] | None,
    _option("--node-selector", panel=POD, metavar="NAME=VALUE", help="Only nodes with this label. Repeatable."),
]
ServiceAccount = Annotated[
    str, _option("--service-account", panel=POD, metavar="NAME", help="Whose identity pods have.")
]
Cpu = Annotated[str, _option("--cpu", panel=POD, help="Processor time that a pod asks for.")]
Memory = Annotated[str, _option("--memory", panel=POD, help="Memory that a pod asks for.")]
MemoryLimit = Annotated[str, _option("--memory-limit", panel=POD, help="Memory that ends it.")]
Retries = Annotated[
    int, _option("--retries", panel=QUEUE, min=0, max=1000, help="Attempts of a shard after the first.")
]
Ttl = Annotated[int, _option("--ttl", panel=QUEUE, min=0, metavar="SECONDS", help="How long an ended Job is kept.")]
Grace = Annotated[int, _option("--grace", panel=QUEUE, min=1, metavar="SECONDS", help="What a pod has after SIGTERM.")]
Queue = Annotated[
    str | None, _option("--queue", panel=QUEUE, metavar="NAME", help="Kueue's local queue; it starts the Job.")
]
Suspend = Annotated[bool, _option("--suspend", panel=QUEUE, help="Start no pod until somebody resumes the Job.")]
Namespace = Annotated[str, _option("--namespace", "-n", panel=CLUSTER, metavar="NAME", help="Where it all is.")]
Kubeconfig = Annotated[
    Path | None,
    _option("--kubeconfig", panel=CLUSTER, metavar="FILE", show_default="as kubectl", help="How to reach the cluster."),
]
Context = Annotated[
    str | None,
    _option("--context", panel=CLUSTER, metavar="NAME", show_default="the current one", help="Of that file."),
]
Name = Annotated[str, typer.Argument(metavar="JOB", help="The Job's name, as `submit` printed it.")]
