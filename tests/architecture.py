"""What the source tree promises, as checks over the parsed files: each returns its findings, one line each."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

# Every layer of recengine imports only from the lines above its own; layers on one line are peers, which never import
# each other. The base alone may import itself.
BASE = frozenset({"errors", "arrays", "progress", "device", "threads", "compiled", "versions", "outgoing"})
TIERS: tuple[frozenset[str], ...] = (
    BASE,
    frozenset({"storage", "jobs"}),
    frozenset({"data"}),
    frozenset({"ranking"}),
    frozenset({"text"}),
    frozenset({"models"}),
    frozenset({"fusion"}),
    frozenset({"evaluation", "explanation", "fairness", "simulation"}),
    frozenset({"coldstart"}),
    frozenset({"tuning"}),
    frozenset({"scenario"}),
    frozenset({"workspace"}),
    frozenset({"reports"}),
    frozenset({"cli"}),
    frozenset({"__main__"}),
)
CODE = ("app.py", "pages", "ui", "recengine", "tests", "benchmarks")
APP = ("app.py", "pages", "ui", "recengine")
OWN = frozenset({"app", "pages", "ui", "recengine", "tests", "benchmarks", "__future__"})
HEAVY = ("torch", "transformers", "sentence_transformers", "implicit", "numba", "plotly", "streamlit")
PICKLING = frozenset({"pickle", "_pickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"})
ELSEWHERE = frozenset({"benchmarks/_rectools_sasrec.py"})
"""Run by an interpreter of another environment, with which we compare: what they import is not ours to pin."""
MACHINE_PATH = re.compile(r"(?<![\w.$})])(?:/(?:home|Users|root|work|tmp|opt|mnt)/\w|[A-Z]:\\\\?\w)")
TEXT_SUFFIXES = {".py", ".md", ".toml", ".txt", ".css", ".html", ".j2", ".json", ".csv", ""}
SKIPPED = {".git", ".venv", "workspace", "build", "__pycache__", "screenshots"}


@dataclass(frozen=True)
class Import:
    """One imported module: `module` in full, `line` where."""

    module: str
    line: int


def sources(root: Path, parts: tuple[str, ...] = CODE) -> Iterator[tuple[str, ast.Module]]:
    """Every Python file of `parts` under `root`: its path with slashes, and its parsed tree."""
    for part in parts:
        top = root / part
        for path in [top] if top.is_file() else sorted(top.rglob("*.py")):
            yield path.relative_to(root).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def imports(path: str, tree: ast.Module) -> Iterator[Import]:
    """Every import of a file, also those inside functions and under TYPE_CHECKING.

    `from a import b` gives both `a` and `a.b`, since b may be a module; relative ones are resolved by `path`.
    """
    package = PurePosixPath(path).parent.parts
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *([node.module] if node.module else [])))
            yield Import(module, node.lineno)
            yield from (Import(f"{module}.{alias.name}", node.lineno) for alias in node.names)


def layer_findings(root: Path) -> list[str]:
    """Imports of recengine that go against the arrows, and layers that the list does not know."""
    tier = {layer: number for number, layers in enumerate(TIERS) for layer in layers}
    found = []
    for path, tree in sources(root, ("recengine",)):
        own = _layer(path.removesuffix(".py").replace("/", "."))
        if own and own not in tier:
            found.append(f"{path}: {own} is no layer of the list")
            continue
        for wanted in imports(path, tree):
            other = _layer(wanted.module)
            if not other or other == own or other not in tier:
                continue
            if not own:
                found.append(f"{path}:{wanted.line}: the package itself must not import {other}")
            elif tier[other] >= tier[own] and not {own, other} <= BASE:
                found.append(f"{path}:{wanted.line}: {own} must not import {other}")
    return sorted(set(found))


def _layer(module: str) -> str:
    """The layer that a module belongs to; empty for the package itself and for other packages."""
    top, _, rest = module.partition(".")
    layer = rest.split(".")[0] if top == "recengine" else ""
    return "" if layer in ("__init__", "__version__") else layer


def border_findings(root: Path) -> list[str]:
    """Who may import what across the tree.

    recengine: neither streamlit nor the app; by name only where the command line looks up its verbs. pages: streamlit,
    ui, recengine and Python itself. The app imports neither its pages nor tests.
    """
    found = []
    for path, tree in sources(root):
        part = path.split("/")[0]
        for wanted in imports(path, tree):
            top = wanted.module.split(".")[0]
            if part == "recengine" and top in {"streamlit", "app", "pages", "ui", "tests", "benchmarks"}:
                found.append(f"{path}:{wanted.line}: recengine must not import {top}")
            if part == "pages" and top not in {"streamlit", "ui", "recengine"} and not _is_python(top):
                found.append(f"{path}:{wanted.line}: a page imports streamlit, ui and recengine only, not {top}")
            if part in {"app.py", "pages", "ui"} and top in {"tests", "benchmarks", "pages", "app"}:
                found.append(f"{path}:{wanted.line}: {part} must not import {top}")
        if part == "recengine" and not path.startswith("recengine/cli/"):
            found += [
                f"{path}:{call.lineno}: an import by name hides from this check"
                for call in _calls(tree)
                if _name(call.func) in {"importlib.import_module", "import_module", "__import__"}
            ]
    return sorted(set(found))


def output_findings(root: Path) -> list[str]:
    """Printing and standard streams in recengine, outside the command line."""
    found = []
    for path, tree in sources(root, ("recengine",)):
        if path.startswith("recengine/cli/"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _name(node.func) in {"print", "pprint", "pprint.pprint"}:
                found.append(f"{path}:{node.lineno}: prints")
            if isinstance(node, ast.Attribute) and _name(node) in {"sys.stdout", "sys.stderr", "sys.stdin"}:
                found.append(f"{path}:{node.lineno}: uses {_name(node)}")
            if isinstance(node, ast.ImportFrom) and node.module == "sys":
                streams = {"stdout", "stderr", "stdin"} & {alias.name for alias in node.names}
                found += [f"{path}:{node.lineno}: uses sys.{stream}" for stream in sorted(streams)]
    return found


def danger_findings(root: Path) -> list[str]:
    """Code that runs what a file or a string says: pickling, eval, exec, unchecked loaders, shells."""
    found = []
    for path, tree in sources(root):
        for wanted in imports(path, tree):
            top = wanted.module.split(".")[0]
            found += [f"{path}:{wanted.line}: imports {top}"] if top in PICKLING else []
        for call in _calls(tree):
            name = _name(call.func)
            arguments = {keyword.arg: keyword.value for keyword in call.keywords}
            if name in {"eval", "exec", "compile", "os.system", "os.popen", "yaml.load", "yaml.unsafe_load"}:
                found.append(f"{path}:{call.lineno}: calls {name}")
            if "allow_pickle" in arguments and not _is(arguments["allow_pickle"], False):
                found.append(f"{path}:{call.lineno}: allows pickle")
            if name.endswith("read_pickle") or (name == "torch.load" and not _is(arguments.get("weights_only"), True)):
                found.append(f"{path}:{call.lineno}: calls {name}, which unpickles")
            if "shell" in arguments and not _is(arguments["shell"], False):
                found.append(f"{path}:{call.lineno}: starts a shell")
    return sorted(set(found))


def path_findings(root: Path) -> list[str]:
    """Places of one machine, in any text file of the tree."""
    found = []
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        hidden = any(part in SKIPPED or part.endswith("_cache") or part == ".hypothesis" for part in relative.parts)
        if hidden or not path.is_file() or path.suffix not in TEXT_SUFFIXES:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
            if match := MACHINE_PATH.search(line):
                found.append(f"{relative.as_posix()}:{number}: names a place of one machine: {match.group()}…")
    return found


def pin_findings(root: Path, distributions: Mapping[str, list[str]]) -> list[str]:
    """Imported packages that no requirements file pins exactly, and requirements that are no exact pin.

    distributions: top-level module → the distributions that install it, as `importlib.metadata` tells.
    """
    found, pins = [], {}
    for name in ("requirements.txt", "requirements-dev.txt"):
        pinned = set()
        for number, line in enumerate((root / name).read_text(encoding="utf-8").splitlines(), start=1):
            wanted = line.split("#")[0].strip()
            match = re.fullmatch(r"([A-Za-z0-9._-]+)==[0-9][0-9A-Za-z.]*", wanted)
            if match:
                pinned.add(_normalise(match.group(1)))
            elif wanted and not wanted.startswith("-r "):
                found.append(f"{name}:{number}: {wanted} is no exact pin")
        pins[name] = pinned
    for path, tree in sources(root):
        if path in ELSEWHERE:
            continue
        app = path.split("/")[0] in APP
        allowed = pins["requirements.txt"] | (set() if app else pins["requirements-dev.txt"])
        for wanted_import in imports(path, tree):
            top = wanted_import.module.split(".")[0]
            if top in OWN or _is_python(top) or allowed & {_normalise(name) for name in distributions.get(top, [top])}:
                continue
            file = "requirements.txt" if app else "requirements-dev.txt"
            found.append(f"{path}:{wanted_import.line}: {top} is not pinned in {file}")
    return sorted(set(found))


CHECKS: tuple[Callable[[Path], list[str]], ...] = (
    layer_findings,
    border_findings,
    output_findings,
    danger_findings,
    path_findings,
)


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _name(node: ast.expr) -> str:
    """`a.b.c` of a chain of attributes, empty where it starts with something else than a name."""
    if isinstance(node, ast.Attribute):
        start = _name(node.value)
        return f"{start}.{node.attr}" if start else ""
    return node.id if isinstance(node, ast.Name) else ""


def _is(node: ast.expr | None, value: bool) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _is_python(module: str) -> bool:
    return module in sys.stdlib_module_names


def _normalise(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
