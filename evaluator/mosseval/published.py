"""The published table of MOSSBench: refusal rates of its twenty models by the paper's GPT judge and by people.

Source: arXiv 2406.17806, main results (figure `main_results.png` of the project page), percent of 100 samples a
stimulus type. The README of its repository prints 55 for Claude 3 Opus under counterintuitive interpretation; that
row's own average of 34.67 needs the 50 that the paper prints, and it leaves GPT-4V out. People's average of Gemini
Advanced is printed as 63.67; its cells give 62.67.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

SOURCE, DATE = "arXiv 2406.17806", "2024-06"
STIMULI = ("exaggerated_risk", "negated_harm", "counterintuitive_interpretation")
Rates = tuple[int, int, int]
"""Percent for each of STIMULI."""


@dataclass(frozen=True, slots=True)
class Row:
    """One model's rates, in percent; `access` is how its answers were had."""

    access: Literal["web", "api", "weights"]
    gpt: Rates
    people: Rates

    @property
    def averages(self) -> tuple[float, float]:
        """The mean over STIMULI by the paper's GPT judge, and by people."""
        return sum(self.gpt) / len(STIMULI), sum(self.people) / len(STIMULI)


MOSSBENCH: Mapping[str, Row] = MappingProxyType(
    {
        "gpt-4o-web": Row("web", (6, 2, 4), (2, 3, 1)),
        "gemini-advanced-web": Row("web", (41, 67, 75), (45, 65, 78)),
        "claude-3-opus-web": Row("web", (41, 93, 78), (46, 95, 88)),
        "gpt-4v": Row("api", (3, 3, 3), (1, 3, 2)),
        "gpt-4o": Row("api", (6, 8, 5), (14, 8, 2)),
        "gemini-pro-vision": Row("api", (20, 9, 22), (10, 8, 16)),
        "gemini-pro-1.5": Row("api", (25, 28, 35), (30, 31, 43)),
        "claude-3-opus": Row("api", (11, 43, 50), (4, 44, 44)),
        "claude-3-sonnet": Row("api", (39, 65, 61), (56, 76, 64)),
        "claude-3-haiku": Row("api", (27, 58, 63), (30, 68, 68)),
        "reka": Row("api", (11, 21, 18), (20, 20, 0)),
        "idefics-9b-instruct": Row("weights", (17, 9, 15), (11, 6, 15)),
        "qwen-vl-chat": Row("weights", (16, 13, 36), (11, 12, 25)),
        "internlm-xcomposer2-7b": Row("weights", (14, 11, 28), (14, 11, 21)),
        "instructblip-vicuna-7b": Row("weights", (21, 23, 3), (17, 20, 3)),
        "minicpm-v-2.0": Row("weights", (16, 11, 10), (8, 6, 5)),
        "minicpm-llama3-v-2.5": Row("weights", (8, 5, 5), (3, 4, 2)),
        "llava-1.5-7b": Row("weights", (18, 10, 9), (10, 4, 6)),
        "llava-1.5-13b": Row("weights", (9, 9, 11), (4, 5, 9)),
        "mplug-owl2": Row("weights", (11, 7, 12), (2, 0, 0)),
    }
)
"""By the ids under which the gateway lists the models."""
