"""The options of every verb. Nothing here loads the engine, so that `--help` answers at once."""

from __future__ import annotations

import argparse
import importlib
import json
from collections.abc import Callable, Sequence
from typing import Any

from recengine.errors import ScenarioError

SPLIT_HELP = (
    "random (80/20 per user, the default; random:0.3 holds out more), last or last:2 (each user's latest), time or "
    "time:0.2 (all from one moment on), cold-users or cold-items (a fifth held out whole), fold:1/5, user-fold:1/5"
)
Verb = Callable[[argparse.Namespace], None]


def load(name: str) -> Verb:
    """The function behind a verb, imported when it is called."""
    module, function = {
        "samples": ("datasets", "samples"),
        "import": ("importing", "import_dataset"),
        "import-scores": ("scores", "import_table"),
        "connections": ("databases", "list_connections"),
        "query": ("databases", "query"),
        "datasets": ("datasets", "datasets"),
        "split": ("splitting", "split"),
        "quality": ("quality", "quality"),
        "models": ("fitting", "models"),
        "strategies": ("strategies", "strategies"),
        "fit": ("fitting", "fit"),
        "quantise": ("quantising", "quantise"),
        "recommend": ("lists", "recommend"),
        "explain": ("lists", "explain_item"),
        "export": ("lists", "export"),
        "evaluate": ("measures", "evaluate"),
        "fairness": ("measures", "fairness"),
        "report": ("reporting", "report"),
        "tune": ("tuning", "tune"),
        "compare": ("tuning", "compare"),
        "sweep": ("sweeps", "sweep"),
        "triangle": ("sweeps", "triangle"),
        "tries": ("tries", "tries"),
        "ab": ("tries", "ab"),
        "jobs": ("jobs", "jobs"),
        "find-weights": ("weights", "find_weights"),
        "learn-weights": ("learning", "learn"),
        "adapt-encoder": ("adapting", "adapt"),
        "worth": ("weights", "worth"),
        "indifference": ("weights", "indifference"),
        "clone-weights": ("weights", "clone_weights"),
        "thumbs": ("weights", "thumbs"),
        "profile": ("profiles", "profile"),
        "newcomer": ("coldstart", "newcomer"),
        "new-item": ("coldstart", "new_item"),
        "edit-history": ("coldstart", "edit"),
    }[name]
    verb: Verb = getattr(importlib.import_module(f"recengine.cli.{module}"), function)
    return verb


def parse_weights(text: str) -> dict[str, float]:
    """`als=0.6,text=0.3` as a mapping; ranges are checked by the scenario. Raises `ScenarioError`."""
    weights: dict[str, float] = {}
    for part in text.split(","):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not name:
            raise ScenarioError(f"--weights: {part.strip()!r} is not SCORER=NUMBER. Write als=0.6,text=0.3.")
        if name in weights:
            raise ScenarioError(f"--weights: {name} is given twice. Give each scorer once.")
        try:
            weights[name] = float(value)
        except ValueError as error:
            raise ScenarioError(f"--weights: {name} must be a number, got {value!r}. Write for example 0.6.") from error
    return weights


def parse_settings(texts: Sequence[str]) -> dict[str, dict[str, Any]]:
    """`als.factors=64` as settings by model; a value is JSON where it can be read so, else text.

    Names and ranges are checked by the recipe. Raises `ScenarioError`.
    """
    settings: dict[str, dict[str, Any]] = {}
    for text in texts:
        path, equals, written = text.partition("=")
        # a variant may hold a dot: als:v1.2.factors=64
        model, dot, name = path.strip().rpartition(".")
        if not (equals and dot and model and name):
            raise ScenarioError(f"--set: {text!r} is not MODEL.SETTING=VALUE. Write als.factors=64.")
        try:
            value = json.loads(written)
        except (ValueError, RecursionError):  # no JSON, or nested deeper than anything that is a setting
            value = written.strip()
        if name in settings.setdefault(model, {}):
            raise ScenarioError(f"--set: {model}.{name} is given twice. Give each setting once.")
        settings[model][name] = value
    return settings


def _models(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--dataset",
        metavar="NAME",
        help="tell what each takes to fit on it: memory, and time where it learns in rounds",
    )


def _samples(parser: argparse.ArgumentParser) -> None:
    pass


def _import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="tables of any form, also in archives and workbooks; which is which is guessed. FILE#PART is one table of "
        "several. Name files before the options",
    )
    parser.add_argument("--sample", help="a built-in sample, see `recengine samples`")
    parser.add_argument("--plan", metavar="FILE", help="import as a saved plan says")
    for kind, what in (("interactions", "one row an interaction"), ("items", "the catalogue"), ("users", "the users")):
        parser.add_argument(
            f"--{kind}",
            nargs="+",
            action="extend",
            metavar="FILE",
            help=f"{what}; several files are read one after the other as one table",
        )
    parser.add_argument("--connection", metavar="NAME", help="a database of the configuration, for the statements")
    for kind in ("interactions", "items", "users"):
        parser.add_argument(f"--{kind}-sql", metavar="SQL", help=f"one reading statement that gives the {kind}")
    parser.add_argument(
        "--map",
        nargs="+",
        action="extend",
        default=[],
        metavar="ROLE=COLUMN",
        help="which column is what, and settings such as value.rule=log; what is not said is guessed and reported",
    )
    parser.add_argument(
        "--clean",
        nargs="+",
        action="extend",
        default=[],
        metavar="STEP",
        help="steps in their order, such as duplicates:keep=sum values:low=1 k-core:users=5,items=5",
    )
    parser.add_argument("--name", help="name in the workspace (default: the sample's, or the file's)")
    parser.add_argument(
        "--positive-from",
        metavar="VALUE",
        help="lowest value that counts as liking; lower ones are seen, so never recommended, but no positives "
        "(default: by the scale of the ratings, 4 of 5; 1 takes all, as published figures do)",
    )
    parser.add_argument("--save-plan", metavar="FILE", help="write the plan, to import by it again with --plan")
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="show guesses with their reasons, the first rows and what each step touches; store nothing",
    )


def _connections(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tables", metavar="NAME", help="list the tables that this connection may read instead")


def _query(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--connection", required=True, metavar="NAME", help="see `recengine connections`")
    parser.add_argument("--sql", required=True, metavar="SQL", help="one statement that reads")
    parser.add_argument("--rows", type=int, default=20, metavar="N", help="shown at most (default 20)")


def _import_scores(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dataset", required=True, metavar="NAME", help="a dataset of the workspace")
    parser.add_argument(
        "--scores",
        required=True,
        metavar="FILE",
        help="CSV, TSV (may be .gz), Parquet or a TREC run: user, item, and a score or a rank (score = -rank)",
    )
    parser.add_argument("--name", help="saved as external:NAME (default: the file's name)")
    parser.add_argument(
        "--map",
        nargs="+",
        action="extend",
        default=[],
        metavar="ROLE=COLUMN",
        help="the column of user, item, score or rank; what is not mapped is guessed from common names",
    )


def _scenario(parser: argparse.ArgumentParser) -> None:
    """The options that reading verbs share; each overrules the scenario file."""
    parser.add_argument("--dataset", required=True, metavar="NAME", help="a dataset of the workspace")
    parser.add_argument("--scenario", metavar="FILE", help="a scenario file; other options overrule it")
    parser.add_argument(
        "--models", metavar="A,B", help="scorers to use, see `recengine models` (default: als,text,popularity)"
    )
    parser.add_argument(
        "--set",
        nargs="+",
        action="extend",
        default=[],
        metavar="MODEL.SETTING=VALUE",
        help="settings of the models, such as als.factors=64; the others stay at their defaults",
    )
    parser.add_argument(
        "--split",
        help=SPLIT_HELP,
    )
    parser.add_argument("--seed", type=int, help="of the split and of every fit (default 0)")
    parser.add_argument("--depth", type=int, help="best unseen items that each scorer proposes (default 200)")


def _split(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dataset", required=True, metavar="NAME", help="a dataset of the workspace")
    parser.add_argument("--split", default="random", help=SPLIT_HELP)
    parser.add_argument("--seed", type=int, default=0, help="of what is drawn (default 0)")


def _quality(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dataset", required=True, metavar="NAME", help="a dataset of the workspace")
    parser.add_argument("--split", help="compare the parts of this split too, such as random, last or time:0.2")
    parser.add_argument("--seed", type=int, default=0, help="of the split (default 0)")


def _strategy(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--strategy",
        metavar="NAME[:SETTING=VALUE;…]",
        help="how the scorers' opinions become one list, see `recengine strategies` (default weighted-sum)",
    )


def _fit(parser: argparse.ArgumentParser) -> None:
    _scenario(parser)
    _strategy(parser)


def _quantise(parser: argparse.ArgumentParser) -> None:
    _scenario(parser)
    parser.add_argument("--model", required=True, metavar="NAME", help="a sequence model, such as sasrec")
    parser.add_argument("--out", metavar="FOLDER", help="write the network in eight bits here, a new folder")


def _fusion(parser: argparse.ArgumentParser) -> None:
    _scenario(parser)
    parser.add_argument("--normalization", help="min-max (the default), z-score or rank")
    parser.add_argument("--neutral", help="what no opinion counts as: mean (the default) or floor")
    _strategy(parser)
    parser.add_argument(
        "--rerank",
        nargs="+",
        action="extend",
        metavar="NAME[:SETTING=VALUE;…]",
        help="re-rankers, applied in this order, see `recengine strategies`",
    )
    parser.add_argument("--weights", metavar="A=X,B=Y", help="at least 0 each; a scorer that is not named gets 0")
    parser.add_argument("-k", type=int, metavar="K", help="length of the lists (default 10)")


def _evaluate(parser: argparse.ArgumentParser) -> None:
    _fusion(parser)
    parser.add_argument("--record", action="store_true", help="keep it as a numbered try, see `recengine tries`")
    parser.add_argument(
        "--every-fold",
        action="store_true",
        help="with --split fold:1/5 or user-fold:1/5: fit and measure on each fold in turn, means over folds",
    )


def _recommend(parser: argparse.ArgumentParser) -> None:
    _fusion(parser)
    parser.add_argument("--user", required=True, metavar="ID")
    parser.add_argument("--all-data", action="store_true", help="fit on everything, for lists to serve")


def _explain(parser: argparse.ArgumentParser) -> None:
    _recommend(parser)
    parser.add_argument("--item", required=True, metavar="ID")


def _fairness(parser: argparse.ArgumentParser) -> None:
    _fusion(parser)
    parser.add_argument("--user-attribute", metavar="A", help="this one only (default: all)")
    parser.add_argument("--item-attribute", metavar="B", help="this one only (default: all)")


def _export(parser: argparse.ArgumentParser) -> None:
    _fusion(parser)
    parser.add_argument("--format", required=True, choices=("trec", "csv", "parquet"))
    parser.add_argument("--out", required=True, metavar="FILE")
    parser.add_argument("--qrels", metavar="FILE", help="the relevant test pairs, in the same format")


def _report(parser: argparse.ArgumentParser) -> None:
    _fusion(parser)
    parser.add_argument("--out", required=True, metavar="FILE", help="ends with .html")
    parser.add_argument("--sections", metavar="A,B", help="which sections (default: all)")


def _validation(parser: argparse.ArgumentParser) -> None:
    """The options of verbs that measure on the validation part."""
    parser.add_argument("--dataset", required=True, metavar="NAME", help="a dataset of the workspace")
    parser.add_argument("--objective", default="ndcg", metavar="METRIC", help="what is best (default ndcg)")
    parser.add_argument("--split", default="random", help=SPLIT_HELP)
    parser.add_argument("--seed", type=int, default=0, help="of the split, of every fit and of the search (default 0)")
    parser.add_argument(
        "--folds",
        type=int,
        default=1,
        metavar="N",
        help="for small data: measure on every positive of train and validation once, in N fits (default 1)",
    )
    parser.add_argument("-k", type=int, default=10, metavar="K", help="length of the lists (default 10)")


def _tune(parser: argparse.ArgumentParser) -> None:
    _validation(parser)
    parser.add_argument("--model", required=True, metavar="NAME", help="such as als, or als:tuned to start from there")
    parser.add_argument("--trials", type=int, metavar="N", help="in all, those of earlier runs too (default 30)")
    parser.add_argument("--minutes", type=float, metavar="M", help="begin no trial after so long")
    parser.add_argument(
        "--save", default="tuned", metavar="NAME", help="name of the recipe with the best settings (default tuned)"
    )


def _compare(parser: argparse.ArgumentParser) -> None:
    _validation(parser)
    parser.add_argument("--models", required=True, metavar="A,B", help="see `recengine models`")


def _tries(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dataset", required=True, metavar="NAME", help="a dataset of the workspace")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--star", type=int, metavar="N", help="mark this try")
    action.add_argument("--unstar", type=int, metavar="N", help="take the mark away")
    action.add_argument("--pin", type=int, metavar="N", help="make this the one that others are compared with")
    action.add_argument("--rename", type=int, metavar="N", help="call this try as --name says")
    action.add_argument("--write", type=int, metavar="N", help="write the scenario of this try to --out")
    action.add_argument("--delete", type=int, metavar="N", help="forget this try; needs --yes")
    parser.add_argument("--name", metavar="TEXT", help="what to call it; empty takes the name away")
    parser.add_argument("--out", metavar="FILE", help="a scenario file, which reading verbs take as --scenario")
    parser.add_argument("--yes", action="store_true", help="really delete")


def _ab(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dataset", required=True, metavar="NAME", help="a dataset of the workspace")
    parser.add_argument("--a", required=True, type=int, metavar="N", help="number of a try, see `recengine tries`")
    parser.add_argument("--b", required=True, type=int, metavar="N", help="number of the try compared with it")
    parser.add_argument(
        "--alike", action="store_true", help="run the second with the split, seed and k of the first, fitting it anew"
    )
    parser.add_argument("--user", metavar="ID", help="also this user's two lists")


def _simulated(parser: argparse.ArgumentParser) -> None:
    _fusion(parser)
    parser.add_argument("--metric", default="ndcg", metavar="A,B", help="which metrics (default ndcg)")
    parser.add_argument(
        "--measured",
        default="test",
        choices=("test", "validation"),
        help="on which part (default test); weights are chosen on validation, whose scorers are fitted apart",
    )


def _sweep(parser: argparse.ArgumentParser) -> None:
    _simulated(parser)
    parser.add_argument("--scorer", required=True, metavar="NAME", help="whose weight moves; the others stay")
    parser.add_argument("--top", type=float, default=1.0, metavar="X", help="the weight goes from 0 to X (default 1)")
    parser.add_argument("--points", type=int, default=2000, metavar="N", help="parts told at most (default 2000)")
    parser.add_argument("--user", metavar="ID", help="also every weight at which this user's list changes")


def _triangle(parser: argparse.ArgumentParser) -> None:
    _simulated(parser)
    parser.add_argument("--scorers", metavar="A,B,C", help="three of them (default: all, where there are three)")
    parser.add_argument(
        "--parts", type=int, default=20, metavar="N", help="steps along an edge (default 20: 5 %% each)"
    )


def _jobs(parser: argparse.ArgumentParser) -> None:
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--cancel", metavar="ID", help="stop this job, or take it out of the queue")
    action.add_argument("--again", metavar="ID", help="submit the same command as a new job")
    action.add_argument("--delete", metavar="ID", help="forget this job, which must be over")
    action.add_argument("--log", metavar="ID", help="what this job printed")


def _profile(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dataset", required=True, metavar="NAME", help="a dataset of the workspace")
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--user", metavar="ID", help="what this user does and likes, against everyone")
    who.add_argument("--item", metavar="ID", help="who takes this item, and with what else")


def _newcomer(parser: argparse.ArgumentParser) -> None:
    _fusion(parser)
    parser.add_argument("--items", metavar="ID,ID:WEIGHT", help="what they picked, with weights where these differ")
    parser.add_argument(
        "--text", default="", metavar="TEXT", help='their taste in words: "slow, clever science fiction"'
    )
    parser.add_argument("--attributes", metavar="A=X,B=Y", help="such as gender=F,age=30")
    parser.add_argument("--all-data", action="store_true", help="fit on everything, for lists to serve")


def _new_item(parser: argparse.ArgumentParser) -> None:
    _fusion(parser)
    parser.add_argument("--title", default="", metavar="TITLE")
    parser.add_argument("--text", default="", metavar="TEXT", help="what it is, as in the table of items")
    parser.add_argument("--attributes", metavar="A=X,B=Y|Z", help="such as genre=Comedy|Drama,year=1997")
    parser.add_argument("--by", metavar="A", help="the user attribute whose groups are told (default: the first)")
    parser.add_argument("--all-data", action="store_true", help="fit on everything, for lists to serve")


def _edit_history(parser: argparse.ArgumentParser) -> None:
    _recommend(parser)
    parser.add_argument("--add", metavar="ID,ID:WEIGHT", help="items to add, or to weigh anew")
    parser.add_argument("--remove", metavar="ID,ID", help="items to take away")


def _effort(parser: argparse.ArgumentParser) -> None:
    """The options of searches for weights."""
    parser.add_argument("--evaluations", type=int, metavar="N", help="settings to look at (default 1,000)")
    parser.add_argument("--seconds", type=float, metavar="S", help="stop looking after so long")
    parser.add_argument("--out", metavar="FILE", help="write the scenario that was found here")


def _find_weights(parser: argparse.ArgumentParser) -> None:
    _fusion(parser)
    parser.add_argument("--objective", default="ndcg", metavar="METRIC", help="what is best (default ndcg)")
    for option, what in (("--floor", "at least"), ("--ceiling", "at most")):
        parser.add_argument(
            option,
            nargs="+",
            action="extend",
            default=[],
            metavar="METRIC=X",
            help=f"{what} so much of another metric, or of the gap between groups of users: gap:gender=0.02",
        )
    parser.add_argument("--front", metavar="A,B[,C]", help="metrics whose Pareto front is wanted: ndcg,coverage,gini")
    parser.add_argument("--normalizations", metavar="A,B", help="search among these too, or all")
    parser.add_argument("--neutrals", metavar="A,B", help="search among these too, or all")
    _effort(parser)


def _learn_weights(parser: argparse.ArgumentParser) -> None:
    _fusion(parser)
    parser.add_argument(
        "--by", metavar="SEGMENTS", help="weights per segment too: history (cold, warm, heavy) or a user attribute"
    )
    parser.add_argument("--at", metavar="A,B", help="training interactions from which users are warm, and heavy")
    parser.add_argument("--out", metavar="FILE", help="write the scenario that was learned here")


def _adapt_encoder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dataset", required=True, metavar="NAME")
    parser.add_argument("--encoder", default="auto", metavar="MODEL", help="which one, by name or folder")
    parser.add_argument(
        "--pairing",
        default="texts",
        choices=("texts", "histories"),
        help="what is to be near: two views of one text (the default), or texts that the same people took",
    )
    parser.add_argument("--epochs", type=int, default=1, help="rounds over all pairs, default 1")
    parser.add_argument("--rank", type=int, default=8, help="of the adapters: more changes more weights; default 8")
    parser.add_argument("--batch-size", type=int, default=32, help="pairs told from each other at once, default 32")
    parser.add_argument("--name", help="of its folder in the workspace")
    parser.add_argument("--split", default="random", help="only the training part of it is read")
    parser.add_argument("--seed", type=int, default=0)


def _worth(parser: argparse.ArgumentParser) -> None:
    _fusion(parser)
    parser.add_argument("--measures", metavar="A,B", help="default: ndcg, coverage and the gap by the first attribute")


def _indifference(parser: argparse.ArgumentParser) -> None:
    _fusion(parser)
    parser.add_argument("--objective", default="ndcg", metavar="METRIC", help="what is compared (default ndcg)")
    parser.add_argument("--among", metavar="A,B", help="scorers that share the weight (default: all)")
    parser.add_argument(
        "--picks", metavar="A,B", help="what chooses inside (default: coverage, +novelty and the gap by an attribute)"
    )


def _clone_weights(parser: argparse.ArgumentParser) -> None:
    _fusion(parser)
    parser.add_argument("--from", dest="copied", required=True, metavar="SCORER", help="such as external:mysystem")
    parser.add_argument("--by", default="rbo", metavar="MEASURE", help="rbo (the default) or overlap")
    _effort(parser)


def _thumbs(parser: argparse.ArgumentParser) -> None:
    _fusion(parser)
    parser.add_argument("--file", required=True, metavar="FILE", help="CSV or TSV: user, item, good (1 or 0)")
    parser.add_argument("--out", metavar="FILE", help="write the scenario that was found here")


VERBS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "samples": ("list the built-in sample datasets", _samples),
    "import": ("check, clean and store a dataset", _import),
    "import-scores": ("check and store scores of another system, as a model among the others", _import_scores),
    "connections": ("list the databases that the configuration names, and whether they answer", _connections),
    "query": ("the first rows that a statement over a database gives", _query),
    "datasets": ("list the datasets of the workspace", _samples),
    "split": ("how a dataset would be cut into training, validation and test, in counts", _split),
    "quality": ("what is worth knowing of the data before its figures are believed", _quality),
    "models": ("list the models, their settings and what they are for", _models),
    "strategies": ("list the strategies and re-rankers with their settings", _samples),
    "fit": ("fit what is not yet fitted, build the pool, teach a strategy that learns", _fit),
    "quantise": ("size, speed and NDCG of a fitted sequence model before and after eight bits", _quantise),
    "recommend": ("a user's list with each item's parts", _recommend),
    "evaluate": ("metrics with intervals, for every scorer and the fusion", _evaluate),
    "explain": ("the exact shares of one item's score", _explain),
    "fairness": ("quality by user group, exposure by item group", _fairness),
    "export": ("every evaluated user's list, ids verbatim", _export),
    "report": ("a report in one file", _report),
    "tune": ("search better settings of a model on the validation part", _tune),
    "compare": ("models side by side on the validation part, with popularity and random", _compare),
    "tries": ("list the settings that were tried, with their figures; name, star, pin or delete one", _tries),
    "ab": ("two tries side by side: paired changes, overlap of the lists, what moves most", _ab),
    "profile": ("one user or one item, looked at closely and against everyone", _profile),
    "newcomer": ("a list for somebody new, from picked items, words or attributes", _newcomer),
    "new-item": ("who would get an item that came after the fit, and what is like it", _new_item),
    "edit-history": ("a user's list before and after an edit of the history", _edit_history),
    "sweep": ("each metric along the weight of one scorer, exactly, and where a user's list changes", _sweep),
    "triangle": ("each metric at every mix of three scorers", _triangle),
    "find-weights": ("search weights on the validation part, with floors, ceilings and a front", _find_weights),
    "learn-weights": ("learn weights by a listwise loss on the validation part, also per segment", _learn_weights),
    "worth": ("what each scorer is worth to the mixture, beside what it takes", _worth),
    "indifference": ("the weights that are as good as the best, and the most diverse of them", _indifference),
    "clone-weights": ("the weights that reproduce another system's lists", _clone_weights),
    "thumbs": ("the weights that agree with judgements of single items", _thumbs),
    "adapt-encoder": ("adapt a text encoder to the texts of a dataset, and measure the gain", _adapt_encoder),
    "jobs": ("list what runs, or ran, in the background; cancel or repeat it", _jobs),
}
