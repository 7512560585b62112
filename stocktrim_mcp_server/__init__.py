"""An MCP server that lets an AI assistant plan inventory with StockTrim."""
