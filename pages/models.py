"""Models: which recommenders there are, how good each is, and what it costs."""

from ui import jobs
from ui.frame import open_dataset

page = open_dataset("pages/models.py")
jobs.job_list(page.workspace.jobs, page.workspace.jobs.list())
