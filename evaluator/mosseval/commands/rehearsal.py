"""`mosseval run --dry-run`: what would be sent, to the byte; nothing is."""

from __future__ import annotations

from rich.console import Console

from mosseval.images import ImageInvalid, encode
from mosseval.plan import Plan, Task
from mosseval.store import RunState
from mosseval.terminal import one_line


def show_rehearsal(plan: Plan, target: str, earlier: RunState) -> None:
    """Prints samples, pictures and bytes of one run as it stands, and each sample that would not be sent."""
    requests = images = size = 0
    held: list[str] = []
    owed = list(plan.owed(earlier))
    for task in owed:
        why, sent = _measure(plan, task)
        if why:
            held.append(f"{task.sample.id}: {why}")
            continue
        requests, size = requests + 1, size + sent
        images += bool(task.sample.pictures)
    console = Console(highlight=False, markup=False, soft_wrap=True)
    done = sum(1 for _ in plan.task_keys()) - len(owed)
    console.print(
        f"{plan.dataset.name} · {one_line(plan.spec.model)} → {one_line(target)}: {requests} requests, "
        f"{images} with a picture, {size / 1e6:.1f} MB in all; {done} done before; nothing was sent"
    )
    if held:
        console.print(f"not sent: {len(held)}")
        for line in held:
            console.print(f"  {one_line(line, 200)}")


def _measure(plan: Plan, task: Task) -> tuple[str, int]:
    """Why the task would not be sent ('' if it would), and its body's bytes."""
    sample, options = task.sample, plan.spec.image_options
    if sample.fault is not None:
        return sample.fault[1], 0
    images = []
    for picture, digest in zip(sample.pictures, task.digests, strict=True):
        if isinstance(digest, ImageInvalid):
            return f"{picture.name}: {digest}", 0
        try:
            roots = plan.dataset.roots
            images.append(encode(picture.path, roots, long_edge=options.long_edge, max_bytes=options.max_bytes))
        except FileNotFoundError:
            return f"its picture {picture.name} is missing", 0
        except ImageInvalid as invalid:
            return f"{picture.name}: {invalid}", 0
    return "", len(plan.spec.body(sample.question, *images))
