"""Charts of the assessment: Vega-Lite specifications as plain values, each with its words and its table.

What cannot be said with this package: a count on an axis of prevalence, two quantities on one axis, two axes in one
frame, countries in the order of their values, good and bad as green and red.

    drawn = line(registry, indicator, observations)
    drawn.title, drawn.finding, drawn.table    what a reader gets who cannot see the drawing
    rendering.svg(drawn)                       the drawing
"""

from tutela.engine.assessment.charts.changes import dumbbell
from tutela.engine.assessment.charts.chart import Axis, Chart, ChartError, Table, axis_of
from tutela.engine.assessment.charts.dots import dots
from tutela.engine.assessment.charts.effects import Counterfactual, Gap, counterfactual
from tutela.engine.assessment.charts.lines import line, small_multiples
from tutela.engine.assessment.charts.ranges import tornado
from tutela.engine.assessment.charts.shares import stacked_share

__all__ = [
    "Axis",
    "Chart",
    "ChartError",
    "Counterfactual",
    "Gap",
    "Table",
    "axis_of",
    "counterfactual",
    "dots",
    "dumbbell",
    "line",
    "small_multiples",
    "stacked_share",
    "tornado",
]
