"""`python -m recengine VERB …`."""

import sys

from recengine.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
