"""Bytes on disk: atomic writes, a lock, content addresses, checked entries of arrays and tables."""

from recengine.storage.atomic import remove_folder, replace_folder, scratch_folder, write_bytes
from recengine.storage.content import digest, file_digest
from recengine.storage.documents import read_document, write_document
from recengine.storage.entries import Entry, load_entry, read_manifest, save_entry
from recengine.storage.leftovers import remove_leftovers
from recengine.storage.lock import is_locked, locked
from recengine.storage.rows import RowsInFile, RowsInMemory

__all__ = [
    "Entry",
    "RowsInFile",
    "RowsInMemory",
    "digest",
    "file_digest",
    "is_locked",
    "load_entry",
    "locked",
    "read_document",
    "read_manifest",
    "remove_folder",
    "remove_leftovers",
    "replace_folder",
    "save_entry",
    "scratch_folder",
    "write_bytes",
    "write_document",
]
