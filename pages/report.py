"""Report: what to show to others, as a file."""

from ui import exports
from ui.frame import open_page

page = open_page("pages/report.py")
exports.scenario_json(lambda: page.view.scenario)
