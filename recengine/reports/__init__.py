"""An outcome as figures, tables, HTML and CSV. Nothing here loads Plotly before a figure is asked for."""

from recengine.reports.csv import csv_data, csv_for_reading
from recengine.reports.export import EXPORT_FORMATS, ExportFormat, export_lists, export_qrels

__all__ = [
    "EXPORT_FORMATS",
    "ExportFormat",
    "csv_data",
    "csv_for_reading",
    "export_lists",
    "export_qrels",
]
