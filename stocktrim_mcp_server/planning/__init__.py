"""Pure computation over the client's models: no I/O, no clock, no MCP."""
