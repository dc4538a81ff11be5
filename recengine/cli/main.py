"""The command line: one parser, one place where errors become exit codes.

0: done. 2: a mistake that the caller can mend, said in one line. 1: a defect of the program.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from recengine import __version__
from recengine.cli import options
from recengine.cli.terminal import harmless, mistake_line
from recengine.errors import RecengineError
from recengine.outgoing import Listener, Outgoing, told_to
from recengine.progress import Progress

DONE = 0
MISTAKE = 2
DEFECT = 1
INTERRUPTED = 130
JOB_OPTION = "--progress"


class _UsageError(RecengineError):
    """The options do not fit the verb."""


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        raise _UsageError(f"{self.prog}: {message}. See `{self.prog} --help`.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return the exit code.

    `--progress FOLDER`, which no help lists, makes this the process of the job in FOLDER: the verb waits for its turn,
    tells its progress there too, and how it ended.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if JOB_OPTION not in given:
        return _run(given, _say_what_is_sent)[0]
    place = given.index(JOB_OPTION)
    folder, rest = given[place + 1 : place + 2], given[:place] + given[place + 2 :]
    return _as_job(Path(*folder), rest)


def _as_job(folder: Path, arguments: Sequence[str]) -> int:
    from recengine.jobs.consent import ask_first
    from recengine.jobs.process import Ending, attend

    codes, ask = [DONE], ask_first(folder)

    def before_it_is_sent(outgoing: Outgoing) -> None:
        _say_what_is_sent(outgoing)
        ask(outgoing)

    def work(progress: Progress) -> Ending:
        from recengine.cli.output import also_told

        with also_told(progress):
            codes[0], line = _run(arguments, before_it_is_sent)
        if codes[0] == INTERRUPTED:
            return Ending("cancelled")
        return Ending("failed", line) if codes[0] else Ending("done")

    try:
        ending = attend(folder, work)
    except RecengineError as error:
        sys.stderr.write(f"recengine: {error}\n")
        return MISTAKE
    if ending.error and not codes[0]:
        sys.stderr.write(f"recengine: {ending.error}\n")
        return MISTAKE
    return INTERRUPTED if ending.state == "cancelled" else codes[0]


def _run(arguments: Sequence[str], listener: Listener) -> tuple[int, str]:
    """Run one verb; its exit code, and what went wrong in one line, empty where nothing did.

    listener: hears what will be sent to a language model.
    """
    name = "recengine"
    try:
        asked = _parser().parse_args(arguments)
        name = f"recengine {asked.verb}"
        verb = options.load(asked.verb)
        with told_to(listener):
            verb(asked)
    except _UsageError as error:
        sys.stderr.write(f"{error}\n")
        return MISTAKE, str(error)
    except RecengineError as error:
        line = mistake_line(error)
        sys.stderr.write(f"{name}: {line}\n")
        return MISTAKE, line
    except KeyboardInterrupt:
        line = "stopped. What was stored before is unchanged."
        sys.stderr.write(f"{name}: {line}\n")
        return INTERRUPTED, line
    except BrokenPipeError:
        from recengine.cli.output import mute

        mute()  # the reader went away
        return DONE, ""
    except MemoryError:
        line = "out of memory. Choose a lighter model or fewer data, or free memory."
        sys.stderr.write(f"{name}: {line}\n")
        return MISTAKE, line
    except Exception:
        traceback.print_exc()
        line = "a defect of the program, not of your input; please report it."
        sys.stderr.write(f"{name}: {line}\n")
        return DEFECT, line
    return DONE, ""


def _say_what_is_sent(outgoing: Outgoing) -> None:
    """Say on stderr what will be sent elsewhere; from a line of its own, since progress may stand on the last one."""
    start = "\r\x1b[2K" if sys.stderr.isatty() else ""
    # as progress, where stderr takes nothing the work goes on
    with suppress(OSError):
        sys.stderr.write(start + "".join(f"{harmless(' '.join(line.split()))}\n" for line in outgoing.lines))
        sys.stderr.flush()


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="recengine", description="Fit, fuse, measure and explain recommenders.", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"recengine {__version__}")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB", parser_class=_Parser)
    for name, (describe, add_options) in options.VERBS.items():
        verb = verbs.add_parser(name, help=describe, description=describe, allow_abbrev=False)
        add_options(verb)
        verb.add_argument("--json", action="store_true", help="print one JSON document instead of text")
    return parser
