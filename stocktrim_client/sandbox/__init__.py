"""A StockTrim of our own: stateful, with a believable shop in it, as uncertain as the real one.

In process it is an httpx transport; `serve` and `python -m stocktrim_client.sandbox` put it behind a real socket.
"""

from stocktrim_client.sandbox.faults import Fault
from stocktrim_client.sandbox.quirks import Quirks
from stocktrim_client.sandbox.server import serve
from stocktrim_client.sandbox.transport import Recorded, Sandbox

__all__ = ["Fault", "Quirks", "Recorded", "Sandbox", "serve"]
