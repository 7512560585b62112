# The server over stdio, as a user without rights:
#   docker build -t stocktrim-mcp-server .
#   docker run -i --rm -e STOCKTRIM_API_AUTH_ID -e STOCKTRIM_API_AUTH_SIGNATURE stocktrim-mcp-server
FROM python:3.13-slim

WORKDIR /app
RUN pip install --no-cache-dir uv
COPY pyproject.toml uv.lock README.md LICENSE ./
COPY stocktrim_client ./stocktrim_client
COPY stocktrim_mcp_server ./stocktrim_mcp_server
# Compiled here: without bytecode the first start takes twice as long.
RUN uv sync --locked --no-dev --no-editable --compile-bytecode

USER 10001:10001
ENTRYPOINT ["/app/.venv/bin/stocktrim-mcp-server"]
