from __future__ import annotations

import hashlib
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from recengine.data import SAMPLES, Attribute, Dataset, default_cache, load_sample
from recengine.data.samples import movielens as module
from recengine.errors import OfflineError, SampleError

WHEEL = "recbole-1.2.1-py3-none-any.whl"


def test_samples_say_what_they_are_and_cost() -> None:
    assert set(SAMPLES) == {"movielens-100k", "synthetic"}
    assert SAMPLES["synthetic"].download is None
    assert SAMPLES["movielens-100k"].download == pytest.approx(2.1e6, rel=0.02)
    assert "https://doi.org/10.1145/2827872" in SAMPLES["movielens-100k"].terms
    assert all(name == sample.name and sample.description for name, sample in SAMPLES.items())


def test_the_synthetic_sample_needs_no_cache(tmp_path: Path) -> None:
    dataset, report = load_sample("synthetic", tmp_path / "never made")
    assert not (tmp_path / "never made").exists()
    assert report.fingerprint == dataset.fingerprint
    assert "generated" in dataset.notes[0].lower()


def test_an_unknown_sample_is_one_clear_line() -> None:
    with pytest.raises(SampleError, match=r"there is no 'netflix'\. Choose one of: movielens-100k, synthetic"):
        load_sample("netflix")


def test_the_cache_can_be_chosen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RECENGINE_CACHE", str(tmp_path))
    assert default_cache() == tmp_path
    monkeypatch.delenv("RECENGINE_CACHE")
    assert default_cache() == Path.home() / ".cache" / "recengine"


def test_another_wheel_is_never_opened(tmp_path: Path) -> None:
    (tmp_path / WHEEL).write_bytes(b"not the wheel")
    (tmp_path / "other").write_text("stays")
    found = hashlib.sha256(b"not the wheel").hexdigest()
    with pytest.raises(SampleError, match=rf"SHA-256 {found}, not 9c994820\w+; .*--sample synthetic") as caught:
        load_sample("movielens-100k", tmp_path)
    assert "\n" not in str(caught.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "recbole-1.2.1-py3-none-any.rejected"]


def serve_wheel(folder: Path, monkeypatch: pytest.MonkeyPatch, content: str) -> None:
    """Let pip find, instead of the real one, a wheel of that name in `folder`."""
    folder.mkdir()
    with zipfile.ZipFile(folder / WHEEL, "w") as wheel:
        wheel.writestr("recbole-1.2.1.dist-info/METADATA", "Metadata-Version: 2.1\nName: recbole\nVersion: 1.2.1\n")
        wheel.writestr("recbole-1.2.1.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr("recbole-1.2.1.dist-info/RECORD", "")
        wheel.writestr("recbole/dataset_example/ml-100k/ml-100k.inter", content)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))


def test_a_download_that_is_not_the_wheel_is_put_aside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    serve_wheel(tmp_path / "index", monkeypatch, "tampered")
    cache = tmp_path / "cache"
    with pytest.raises(SampleError, match=r"SHA-256 .* it was not opened"):
        load_sample("movielens-100k", cache)
    assert [path.name for path in cache.iterdir()] == ["recbole-1.2.1-py3-none-any.rejected"]


def test_a_file_in_the_wheel_that_is_not_the_one_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    serve_wheel(tmp_path / "index", monkeypatch, "tampered")
    digest = hashlib.sha256((tmp_path / "index" / WHEEL).read_bytes()).hexdigest()
    monkeypatch.setattr(module, "_ARCHIVE_SHA256", digest)
    with pytest.raises(SampleError, match=r"ml-100k\.inter in recbole.* is not the file it must be"):
        load_sample("movielens-100k", tmp_path / "cache")


def test_the_size_is_said_before_the_download_starts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    said: list[str] = []

    def never_answers(folder: Path) -> None:
        assert said == ["Downloading MovieLens-100K (2.1 MB)"]
        raise OfflineError("no network")

    monkeypatch.setattr(module, "_download", never_answers)
    with pytest.raises(OfflineError):
        load_sample("movielens-100k", tmp_path, progress=lambda _, text: said.append(text))


def test_without_a_network_the_error_names_the_other_sample(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # nothing listens on port 9 of this machine
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    monkeypatch.delenv("PIP_EXTRA_INDEX_URL", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with pytest.raises(OfflineError, match=r"could not reach .*--sample synthetic") as caught:
        load_sample("movielens-100k", tmp_path)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_pip_that_fails_otherwise_is_no_network_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(SampleError, match=r"pip could not download recbole==1\.2\.1 \(ERROR: .*\)") as caught:
        load_sample("movielens-100k", tmp_path)
    assert not isinstance(caught.value, OfflineError)


def test_an_interpreter_without_pip_is_one_clear_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bare = tmp_path / "python"
    bare.write_text('#!/bin/sh\necho "python: No module named pip" >&2\nexit 1\n')
    bare.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(bare))
    with pytest.raises(SampleError, match=r"\(python: No module named pip\)"):
        load_sample("movielens-100k", tmp_path / "cache")


def test_a_cache_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SampleError, match=r"cannot use the cache .*file.*Choose a folder"):
        load_sample("movielens-100k", tmp_path / "file")


@pytest.mark.sample
def test_movielens_has_its_known_counts(movielens: Dataset) -> None:
    assert (movielens.n_users, movielens.n_items, movielens.interactions.height) == (943, 1682, 100_000)
    stars = np.bincount(movielens.interactions["weight"].to_numpy().astype(int))
    # the counts that the data set's own paper and readme give for 1 to 5 stars
    assert stars.tolist() == [0, 6110, 11370, 27145, 34174, 21201]
    assert movielens.interactions["positive"].sum() == 34174 + 21201
    assert movielens.positive_from == 4
    assert dict(movielens.users["gender"].value_counts().rows()) == {"M": 670, "F": 273}
    assert movielens.users["occupation"].n_unique() == 21
    assert movielens.users["age"].min() == 7
    assert movielens.users["age"].max() == 73


@pytest.mark.sample
def test_movielens_has_its_attributes_and_notes(movielens: Dataset) -> None:
    assert movielens.item_attributes == (
        Attribute("genre", "categories"),
        Attribute("year", "number"),
        Attribute("decade", "category"),
    )
    assert movielens.user_attributes == (
        Attribute("gender", "category"),
        Attribute("occupation", "category"),
        Attribute("age", "number"),
        Attribute("age_group", "category"),
    )
    assert "zip_code" not in movielens.users.columns
    assert movielens.items["genre"].explode().drop_nulls().n_unique() == 18
    assert any("Harper" in note and "10.1145/2827872" in note for note in movielens.notes)
    assert any("redistributed" in note for note in movielens.notes)
    assert any(note.startswith("44% of the users' last two events") for note in movielens.notes)


@pytest.mark.sample
def test_the_odd_films_of_movielens_are_mended(movielens: Dataset) -> None:
    films = {row["id"]: row for row in movielens.items.iter_rows(named=True)}
    assert films["1"]["text"] == "Toy Story (1995). Animation, Children's, Comedy"
    # called "unkonwn" in the file, year and all
    assert (films["267"]["title"], films["267"]["text"], films["267"]["genre"]) == ("267", "", None)
    assert films["267"]["year"] is films["267"]["decade"] is None
    # of the genre "unknown"
    assert (films["1373"]["text"], films["1373"]["genre"]) == ("Good Morning (1971)", None)
    # with the year "V", and 1995 in the title
    assert films["1412"]["title"] == "Land Before Time III: The Time of the Great Giving"
    assert (films["1412"]["year"], films["1412"]["decade"]) == (1995, "1990s")
    assert films["543"]["title"] == "Misérables, Les"
    assert movielens.items["year"].null_count() == 1
