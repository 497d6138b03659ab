"""`mosseval k8s render|submit|status|logs|collect`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mosseval.cli import job_flags
from mosseval.errors import UsageError

if TYPE_CHECKING:
    from mosseval.k8s.order import JobOrder

k8s = typer.Typer(help="Run on a Kubernetes cluster: one Indexed Job a run, an index a shard.", no_args_is_help=True)
PASSES_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


@k8s.command("render", context_settings=PASSES_ON, no_args_is_help=True)
def render(
    context: typer.Context,
    shards: job_flags.Shards,
    out: job_flags.Out,
    parallelism: job_flags.Parallelism = None,
    key_secret: job_flags.KeySecret = None,
    no_key: job_flags.NoKey = False,
    gateway_url: job_flags.GatewayUrl = "http://mosseval-gateway:4000",
    image: job_flags.Image = None,
    data_claim: job_flags.DataClaim = None,
    runs_claim: job_flags.RunsClaim = None,
    env: job_flags.Env = None,
    env_from_secret: job_flags.EnvFromSecret = None,
    pod_label: job_flags.PodLabel = None,
    node_selector: job_flags.NodeSelector = None,
    service_account: job_flags.ServiceAccount = "mosseval-evaluator",
    cpu: job_flags.Cpu = "250m",
    memory: job_flags.Memory = "256Mi",
    memory_limit: job_flags.MemoryLimit = "512Mi",
    retries: job_flags.Retries = 6,
    ttl: job_flags.Ttl = 7 * 24 * 3600,
    grace: job_flags.Grace = 60,
    queue: job_flags.Queue = None,
    suspend: job_flags.Suspend = False,
    namespace: job_flags.Namespace = "mosseval",
    format: Annotated[str, typer.Option("--format", help="yaml or json.")] = "yaml",
) -> None:
    """Print the Job of a run, for `kubectl apply -f -` or for review. Asks no cluster.

    Every flag that is not listed here goes to `mosseval run` in each pod, and is checked as `run` checks it.

    Example:

    mosseval k8s render --shards 8 --parallelism 4 --out s3://bucket/runs/one --key-secret mosseval-key
    --model gpt-4o --benchmark mossbench --preset paper
    """
    order = _order(dict(locals()), context.args)
    from mosseval.commands.k8s.render import print_job

    print_job(order, format=format)


@k8s.command("submit", context_settings=PASSES_ON, no_args_is_help=True)
def submit(
    context: typer.Context,
    shards: job_flags.Shards,
    out: job_flags.Out,
    parallelism: job_flags.Parallelism = None,
    key_secret: job_flags.KeySecret = None,
    no_key: job_flags.NoKey = False,
    gateway_url: job_flags.GatewayUrl = "http://mosseval-gateway:4000",
    image: job_flags.Image = None,
    data_claim: job_flags.DataClaim = None,
    runs_claim: job_flags.RunsClaim = None,
    env: job_flags.Env = None,
    env_from_secret: job_flags.EnvFromSecret = None,
    pod_label: job_flags.PodLabel = None,
    node_selector: job_flags.NodeSelector = None,
    service_account: job_flags.ServiceAccount = "mosseval-evaluator",
    cpu: job_flags.Cpu = "250m",
    memory: job_flags.Memory = "256Mi",
    memory_limit: job_flags.MemoryLimit = "512Mi",
    retries: job_flags.Retries = 6,
    ttl: job_flags.Ttl = 7 * 24 * 3600,
    grace: job_flags.Grace = 60,
    queue: job_flags.Queue = None,
    suspend: job_flags.Suspend = False,
    namespace: job_flags.Namespace = "mosseval",
    kubeconfig: job_flags.Kubeconfig = None,
    cluster: job_flags.Context = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Let the API server check the Job; make nothing.")] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Delete the Job first where it has ended; the run goes on.")
    ] = False,
) -> None:
    """Make the Job of a run on a cluster, and print its name. The same command again makes no second one.

    The name follows from what is asked and where it is written. A Job of that name that is the same is left alone; one
    that differs (another image, say) is an error that says in what.

    Example:

    mosseval k8s submit --shards 8 --parallelism 4 --out s3://bucket/runs/one --key-secret mosseval-key
    --model gpt-4o --benchmark mossbench --preset paper
    """
    order = _order(dict(locals()), context.args)
    from mosseval.commands.k8s.submit import submit as submit_job
    from mosseval.k8s.cluster import Reach

    submit_job(order, Reach(namespace, kubeconfig, cluster), dry_run=dry_run, replace=replace)


@k8s.command("status")
def status(
    name: Annotated[str | None, typer.Argument(metavar="[JOB]", help="One Job; all of them without it.")] = None,
    namespace: job_flags.Namespace = "mosseval",
    kubeconfig: job_flags.Kubeconfig = None,
    cluster: job_flags.Context = None,
    format: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
) -> None:
    """Show a Job's shards, how fast they go, and what went wrong with which."""
    from mosseval.commands.k8s.status import show_status
    from mosseval.k8s.cluster import Reach

    show_status(name, Reach(namespace, kubeconfig, cluster), format=format)


@k8s.command("logs", no_args_is_help=True)
def logs(
    name: job_flags.Name,
    shard: Annotated[int | None, typer.Option("--shard", metavar="I", help="This shard alone.")] = None,
    tail: Annotated[int, typer.Option("--tail", min=1, max=100_000, help="Lines of each pod.")] = 100,
    all_attempts: Annotated[bool, typer.Option("--all-attempts", help="Of earlier attempts, too.")] = False,
    namespace: job_flags.Namespace = "mosseval",
    kubeconfig: job_flags.Kubeconfig = None,
    cluster: job_flags.Context = None,
) -> None:
    """Print what the evaluators wrote: the last lines of each shard, behind its number."""
    from mosseval.commands.k8s.logs import print_logs
    from mosseval.k8s.cluster import Reach

    print_logs(name, Reach(namespace, kubeconfig, cluster), shard=shard, tail=tail, all_attempts=all_attempts)


@k8s.command("collect", no_args_is_help=True)
def collect(
    name: job_flags.Name,
    out: Annotated[str, typer.Option("--out", metavar="DIR|URL", help="Where the merged run is written.")],
    partial: Annotated[bool, typer.Option("--partial", help="Also where shards are missing.")] = False,
    namespace: job_flags.Namespace = "mosseval",
    kubeconfig: job_flags.Kubeconfig = None,
    cluster: job_flags.Context = None,
) -> None:
    """Merge what a Job wrote into one run without shards, for `summary`, `view` and the rest."""
    from mosseval.commands.k8s.collect import collect as collect_run
    from mosseval.k8s.cluster import Reach

    collect_run(name, Reach(namespace, kubeconfig, cluster), out=out, partial=partial)


def _order(given: dict[str, Any], arguments: list[str]) -> JobOrder:
    """The flags, read."""
    from mosseval.cli.passed_on import passed_on
    from mosseval.k8s.order import JobOrder, Resources, parse_key, parse_pairs
    from mosseval.version import __version__

    if given["key_secret"] is None and not given["no_key"]:
        raise UsageError(
            "no Secret holds the gateway's key: every pod would be refused",
            hint="--key-secret NAME (docs/kubernetes.md shows how it is made), or --no-key where it takes anybody",
        )
    run = passed_on(arguments)
    return JobOrder(
        model=run.model,
        benchmark=run.benchmark,
        out=given["out"].rstrip("/"),
        arguments=run.arguments,
        identity=run.identity,
        shards=given["shards"],
        parallelism=given["parallelism"] or given["shards"],
        image=given["image"] or f"mosseval-evaluator:{__version__}",
        key=None if given["no_key"] else parse_key(given["key_secret"]),
        namespace=given["namespace"],
        gateway_url=given["gateway_url"],
        data_claim=given["data_claim"],
        runs_claim=given["runs_claim"],
        variables=parse_pairs("--env", tuple(given["env"] or ())),
        secrets=tuple(given["env_from_secret"] or ()),
        labels=parse_pairs("--pod-label", tuple(given["pod_label"] or ())),
        node_selector=parse_pairs("--node-selector", tuple(given["node_selector"] or ())),
        service_account=given["service_account"],
        retries=given["retries"],
        ttl_s=given["ttl"],
        grace_s=given["grace"],
        queue=given["queue"],
        suspend=given["suspend"],
        resources=Resources(given["cpu"], given["memory"], given["memory_limit"]),
    )


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.add_typer(k8s, name="k8s")
