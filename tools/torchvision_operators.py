"""Declares torchvision's operators right before it is imported, for a torch that cannot load torchvision's own library.

Without the declarations, registering their meta versions fails and with it the import. Nothing calls the operators.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

OPERATORS = ("nms", "qnms")
SIGNATURE = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


class Declares:
    """Finds no module: it only watches for the import of torchvision, once."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Always None, so that the import goes on to the other finders."""
        if name == "torchvision":
            sys.meta_path.remove(self)
            from torch import library

            for operator in OPERATORS:
                library.define(f"torchvision::{operator}", SIGNATURE)
        return None


sys.meta_path.insert(0, Declares())
