"""The llm judge: any model behind any endpoint reads the answer under a rubric."""

from mosseval.judges.llm.judge import LlmJudge
from mosseval.judges.llm.settings import LlmSettings

__all__ = ["LlmJudge", "LlmSettings"]
