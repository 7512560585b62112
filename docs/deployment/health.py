"""Whether the server of this container is well: 0 or 1, for the HEALTHCHECK of the Dockerfile.

Over HTTP it is asked. Over stdio there is nobody to ask: its host notices, and the container ends with it.
"""

import argparse
import http.client
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

# Shorter than the time-out of the HEALTHCHECK, which would leave no word in the log.
SECONDS = 4.0


def port_of(arguments: Sequence[str], environ: Mapping[str, str]) -> int | None:
    """Where the server was told to listen; None: over stdio it listens nowhere."""
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    parser.add_argument("--transport", default=environ.get("STOCKTRIM_TRANSPORT") or "stdio")
    parser.add_argument("--port", type=int, default=environ.get("STOCKTRIM_PORT") or "8000")
    # Behind `docker run --init` the first process is tini, and `--` stands before our program.
    told, _ = parser.parse_known_args([one for one in arguments if one != "--"])
    return None if told.transport.strip().casefold() == "stdio" else told.port


def is_well(port: int) -> bool:
    """Whether the process answers; not whether StockTrim does, which no restart would mend."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException) as error:
        sys.stderr.write(f"{error}\n")
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    first = Path("/proc/1/cmdline").read_text(encoding="utf-8").split("\0")
    port = port_of(first, os.environ)
    sys.exit(port is not None and not is_well(port))
