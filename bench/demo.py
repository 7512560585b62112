"""How long the demonstration takes that a newcomer sees first."""

import subprocess
import time

from bench.clean import ENVIRON, Clean
from bench.figures import Figure, median, spread


async def measure(clean: Clean, *, repeats: int = 3) -> list[Figure]:
    """Once to warm up, then `repeats` times; for information."""
    times = [_shown(clean) for _ in range(repeats + 1)][1:]
    low, high = spread(times)
    name = f"demo, warm, from command to prompt (median of {repeats}: {low:.2f} to {high:.2f} s)"
    return [Figure(name, measured=median(times), unit="s")]


def _shown(clean: Clean) -> float:
    began = time.perf_counter()
    subprocess.run([clean.server, "demo"], env=ENVIRON, check=True, capture_output=True)
    return time.perf_counter() - began
