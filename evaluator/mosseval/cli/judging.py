"""The flags that say who judges, the same for every command that judges."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from mosseval.cli.flags import MAX_WAIT_S, _option
from mosseval.errors import UsageError

if TYPE_CHECKING:
    from mosseval.commands.judge_options import JudgeOptions
    from mosseval.judges.classifier.settings import ClassifierSettings

JUDGES = "Judges"

Judges = Annotated[
    list[str] | None,
    _option(
        "--judge",
        panel=JUDGES,
        metavar="NAME,…",
        show_default="by the benchmark",
        help="Who judges; several by commas, the numbers are the first one's. Offline: 'rules' reads refusals, "
        "'yes-no' answers to yes/no questions. 'llm' (or llm:MODEL) asks a model; 'cascade' only where the rules "
        "are not sure; "
        "'panel:rules+llm:A+llm:B' is what most say; 'classifier:FOLDER' (or OWNER/NAME) runs a classifier here, "
        "'cascade:classifier:FOLDER' only where the rules are not sure. Or 'none'.",
    ),
]
JudgeModel = Annotated[
    str | None, _option("--judge-model", panel=JUDGES, metavar="NAME", help="The model that 'llm' and 'cascade' ask.")
]
JudgeTarget = Annotated[
    str | None,
    _option(
        "--judge-target",
        panel=JUDGES,
        metavar="NAME|URL",
        show_default="the command's gateway",
        help="Where it is asked: 'embedded', 'gateway', or the base URL of any OpenAI-compatible endpoint.",
    ),
]
JudgeApiKeyEnv = Annotated[
    str | None,
    _option("--judge-api-key-env", panel=JUDGES, metavar="NAME", help="The variable that holds that endpoint's key."),
]
Rubric = Annotated[
    Path | None,
    _option(
        "--rubric",
        panel=JUDGES,
        metavar="FILE",
        show_default="MOSSBench's, in our words",
        help="A rubric of your own for it, word for word; {question} and {answer} in it stand for the texts.",
    ),
]
JudgePicture = Annotated[
    bool, _option("--judge-picture", panel=JUDGES, help="Show it the picture too, not the question and answer alone.")
]
JudgeVotes = Annotated[
    int, _option("--judge-votes", panel=JUDGES, min=1, max=99, help="Ask it this often (odd); the majority decides.")
]
JudgeName = Annotated[
    str | None,
    _option(
        "--judge-name", panel=JUDGES, metavar="NAME", help="File the verdicts of the one judge under another name."
    ),
]
JudgeDeadline = Annotated[
    float,
    _option("--judge-deadline", panel=JUDGES, min=0.1, max=MAX_WAIT_S, help="Seconds for all attempts of a verdict."),
]
PanelRule = Annotated[str, _option("--panel-rule", panel=JUDGES, help="'majority' or 'unanimous'.")]
PanelTie = Annotated[
    str,
    _option(
        "--panel-tie", panel=JUDGES, help="What a panel that cannot decide says: 'unjudged', 'refusal', 'no-refusal'."
    ),
]
ClassifierLabels = Annotated[
    str | None,
    _option(
        "--classifier-labels",
        panel=JUDGES,
        metavar="LABEL=MEANING,…",
        show_default="by a table of known names",
        help="What a classifier's labels mean: comply, partial or refuse, for example LABEL_0=comply,LABEL_1=refuse.",
    ),
]
ClassifierInput = Annotated[
    str,
    _option(
        "--classifier-input",
        panel=JUDGES,
        metavar="FORM",
        help="What it reads: 'answer', 'pair' (question and answer), or a template with {question} and {answer}, "
        r"for example '<|user|>\n{question}\n<|assistant|>\n{answer}'.",
    ),
]
ClassifierSure = Annotated[
    float,
    _option(
        "--classifier-sure", panel=JUDGES, min=0.5, max=1.0, help="The probability from which on its verdict is sure."
    ),
]
ClassifierLength = Annotated[
    int | None,
    _option(
        "--classifier-length",
        panel=JUDGES,
        min=16,
        metavar="TOKENS",
        show_default="the model's, at most 2048",
        help="How much it reads at most; of a longer answer the beginning and the end, which the reason says.",
    ),
]
ClassifierDevice = Annotated[
    str, _option("--classifier-device", panel=JUDGES, help="Where it runs: auto, cpu, cuda or cuda:N.")
]
RULES, TIES = ("majority", "unanimous"), ("unjudged", "refusal", "no-refusal")


def taken(options: dict[str, Any]) -> JudgeOptions:
    """Takes the flags of judging out of a command's options. Raises UsageError for what cannot be meant so."""
    from mosseval.commands.judge_options import JudgeOptions, named
    from mosseval.judges import spec

    rule, tie = options.pop("panel_rule", RULES[0]), options.pop("panel_tie", TIES[0])
    for flag, value, known in (("--panel-rule", rule, RULES), ("--panel-tie", tie, TIES)):
        if value not in known:
            raise UsageError(f"{flag} {value!r} is none", hint=", ".join(known))
    return JudgeOptions(
        specs=named(spec.parse(options.pop("judge") or ()), options.pop("judge_name")),
        model=options.pop("judge_model"),
        target=options.pop("judge_target"),
        api_key_env=options.pop("judge_api_key_env"),
        rubric=_text(options.pop("rubric")),
        pictures=options.pop("judge_picture", False),
        votes=options.pop("judge_votes"),
        rule=rule,
        tie=tie,
        deadline=options.pop("judge_deadline"),
        classifier=_classifier(options),
    ).checked()


def _classifier(options: dict[str, Any]) -> ClassifierSettings:
    from mosseval.judges.classifier.meanings import parse
    from mosseval.judges.classifier.settings import ClassifierSettings

    labels = options.pop("classifier_labels")
    return ClassifierSettings(
        labels=parse(labels) if labels is not None else {},
        form=options.pop("classifier_input").replace("\\n", "\n"),
        sure=options.pop("classifier_sure"),
        length=options.pop("classifier_length"),
        device=options.pop("classifier_device"),
    )


def _text(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--rubric {file}: cannot read the file: {error}") from error
