"""An outcome as figures, tables, HTML and CSV. Nothing here loads Plotly before a figure is asked for."""

from recengine.reports.csv import csv_data, csv_for_reading
from recengine.reports.examples import explain_examples, pick_examples
from recengine.reports.export import EXPORT_FORMATS, ExportFormat, export_lists, export_qrels
from recengine.reports.html import SECTIONS, render_html

__all__ = [
    "EXPORT_FORMATS",
    "SECTIONS",
    "ExportFormat",
    "csv_data",
    "csv_for_reading",
    "explain_examples",
    "export_lists",
    "export_qrels",
    "pick_examples",
    "render_html",
]
