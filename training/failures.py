"""How the scripts refuse: one sentence for the person at the keyboard, and exit code 2."""

import sys
from typing import Callable


class Refused(Exception):
    """Something given from outside does not fit; the message is a sentence that says what and where."""


def run(main: Callable[[], None]) -> None:
    """Runs a script and turns a refusal into its sentence."""
    try:
        main()
    except Refused as reason:
        print(f"{sys.argv[0].replace(chr(92), '/').rsplit('/', 1)[-1]}: {reason}", file=sys.stderr)
        sys.exit(2)
