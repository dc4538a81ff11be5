"""Tables from files as they are: what a file holds, and its rows."""

from recengine.data.sources.folders import FolderFile, allowed_folders, folder_files, folder_source
from recengine.data.sources.found import TABLE_KINDS, Found, TableKind
from recengine.data.sources.limits import DEFAULT_LIMITS, Limits
from recengine.data.sources.reading import find_table, find_tables, read_found
from recengine.data.sources.source import Source
from recengine.data.sources.text import read_lines

__all__ = [
    "DEFAULT_LIMITS",
    "TABLE_KINDS",
    "FolderFile",
    "Found",
    "Limits",
    "Source",
    "TableKind",
    "allowed_folders",
    "find_table",
    "find_tables",
    "folder_files",
    "folder_source",
    "read_found",
    "read_lines",
]
