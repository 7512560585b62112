"""`python -m bench.soak --minutes 10`: what was lost, doubled or left, as tables; `--write` keeps them."""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from bench.soak import page
from bench.soak.run import Plan, soak


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 1 if a write was lost or doubled, or something leaked."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help=f"write docs/{page.PATH.name}")
    options = parser.parse_args(arguments)
    seconds = 60 * options.minutes
    result = asyncio.run(soak(Plan(seconds, min(60.0, seconds / 5), seed=options.seed)))
    print(page.told(result))
    for line in [*result.faults[:50], *result.leaks, *result.crashes[:5]]:
        print(line, file=sys.stderr)
    if options.write:
        page.PATH.write_text(page.page(result), encoding="utf-8")
    return 0 if result.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
