"""Upper bounds of what a body can print, worked out from declared limits before there is any input."""

from __future__ import annotations

from promptreg.template.bounds.body import outline_of
from promptreg.template.bounds.bound import Lack
from promptreg.template.bounds.outline import Ceiling, Gap, Outline, Share, cost_of, gap_of, joined, optional
from promptreg.template.bounds.schema_shape import shape_of
from promptreg.template.bounds.shape import Shape, join, meet, of_value

__all__ = [
    "Ceiling",
    "Gap",
    "Lack",
    "Outline",
    "Shape",
    "Share",
    "cost_of",
    "gap_of",
    "join",
    "joined",
    "meet",
    "of_value",
    "optional",
    "outline_of",
    "shape_of",
]
