"""The floor of a start: a server of one tool on the bare SDK."""

from mcp.server.mcpserver import MCPServer

server = MCPServer("one-tool")


@server.tool()
def add(first: int, second: int) -> int:
    """Add two numbers."""
    return first + second


if __name__ == "__main__":
    server.run("stdio")
