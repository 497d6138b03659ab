"""The classifier judge: a sequence classifier on this machine reads the answer, many at a time."""

from mosseval.judges.classifier.judge import ClassifierJudge
from mosseval.judges.classifier.settings import ClassifierSettings

__all__ = ["ClassifierJudge", "ClassifierSettings"]
