"""Import: files or a database in, a clean dataset out."""

from ui.frame import FACTS, notice, open_workspace
from ui.importing import stages

workspace = open_workspace("pages/import_data.py")
with notice():
    stages.show(workspace, set(FACTS))
