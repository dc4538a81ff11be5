"""The command line: one parser, one place where errors become exit codes.

0: done. 2: a mistake that the caller can mend, said in one line. 1: a defect of the program.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

from recengine import __version__
from recengine.cli import options
from recengine.errors import RecengineError

MISTAKE = 2
DEFECT = 1
INTERRUPTED = 130


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        sys.stderr.write(f"{self.prog}: {message}. See `{self.prog} --help`.\n")
        sys.exit(MISTAKE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return the exit code."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    try:
        verb = options.load(asked.verb)
        verb(asked)
    except RecengineError as error:
        line = " ".join(str(error).split())
        sys.stderr.write(f"recengine {asked.verb}: {line}\n")
        return MISTAKE
    except KeyboardInterrupt:
        sys.stderr.write(f"recengine {asked.verb}: stopped. What was stored before is unchanged.\n")
        return INTERRUPTED
    except BrokenPipeError:
        from recengine.cli.output import mute

        mute()  # the reader went away
        return 0
    except Exception:
        traceback.print_exc()
        sys.stderr.write(f"recengine {asked.verb}: a defect of the program, not of your input; please report it.\n")
        return DEFECT
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="recengine", description="Fit, fuse, measure and explain recommenders.", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"recengine {__version__}")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB", parser_class=_Parser)
    for name, (describe, add_options) in options.VERBS.items():
        verb = verbs.add_parser(name, help=describe, description=describe, allow_abbrev=False)
        add_options(verb)
        verb.add_argument("--json", action="store_true", help="print one JSON document instead of text")
    return parser
