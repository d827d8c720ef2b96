"""`python -m benchmarks.reckoning`: what 10, 1,000 and 100,000 businesses need, reckoned from docs/performance.json and
benchmarks/reckoning/assumed.py, and simulated."""

import sys

from benchmarks.kept import everything
from benchmarks.reckoning.costs import NotMeasured
from benchmarks.reckoning.words import reckoning


def main() -> int:
    try:
        for line in reckoning(everything()):
            print(line)
    except NotMeasured as missing:
        print(missing, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
