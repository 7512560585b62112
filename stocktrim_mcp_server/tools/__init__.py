"""The menu, in the order a model reads it."""

from stocktrim_mcp_server.tools.checking import CHECKING
from stocktrim_mcp_server.tools.explaining import EXPLAINING
from stocktrim_mcp_server.tools.forecasts import FORECASTS
from stocktrim_mcp_server.tools.planning import PLANNING
from stocktrim_mcp_server.tools.products import PRODUCTS
from stocktrim_mcp_server.tools.purchase_orders import PURCHASE_ORDERS
from stocktrim_mcp_server.tools.query import QUERY
from stocktrim_mcp_server.tools.sales import SALES
from stocktrim_mcp_server.tools.search import SEARCH
from stocktrim_mcp_server.tools.simulating import SIMULATING
from stocktrim_mcp_server.tools.status import STATUS
from stocktrim_mcp_server.tools.suppliers import SUPPLIERS

TOOLSETS = (
    PLANNING,
    EXPLAINING,
    SIMULATING,
    CHECKING,
    SEARCH,
    PRODUCTS,
    SUPPLIERS,
    SALES,
    PURCHASE_ORDERS,
    QUERY,
    STATUS,
    FORECASTS,
)
