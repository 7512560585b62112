"""A StockTrim of our own: stateful, seeded with a believable shop, as uncertain as the real one where nobody knows better.

In process it is an httpx transport; `serve` and `python -m stocktrim_client.sandbox` put it behind a real socket.
"""

from stocktrim_client.sandbox.faults import Fault
from stocktrim_client.sandbox.quirks import Quirks
from stocktrim_client.sandbox.transport import Recorded, Sandbox

__all__ = ["Fault", "Quirks", "Recorded", "Sandbox"]
