"""`python -m stocktrim_mcp_server`."""

from stocktrim_mcp_server.cli import main

if __name__ == "__main__":
    main()
