# The server in a container, as a user without rights. Over stdio, for one host:
#   docker build -t stocktrim-mcp-server .
#   docker run -i --rm --init -v stocktrim:/data -e STOCKTRIM_API_AUTH_ID -e STOCKTRIM_API_AUTH_SIGNATURE stocktrim-mcp-server
# Over HTTP, for a team: docs/deployment/compose.yaml.
#
# A tag can be moved; a digest cannot. `docker buildx imagetools inspect` of the image below says its digest; then
#   docker build --build-arg PYTHON=python:3.13.18-slim-trixie@sha256:... -t stocktrim-mcp-server .
ARG PYTHON=python:3.13.18-slim-trixie

FROM ${PYTHON} AS builder
ENV UV_PROJECT_ENVIRONMENT=/app \
    UV_PYTHON_DOWNLOADS=never \
    UV_LINK_MODE=copy \
    UV_COMPILE_BYTECODE=1
WORKDIR /src
RUN pip install --no-cache-dir --root-user-action=ignore uv==0.13.9
# What others wrote changes less often than what we write: a layer of its own.
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-dev --no-install-project
COPY README.md LICENSE ./
COPY stocktrim_client ./stocktrim_client
COPY stocktrim_mcp_server ./stocktrim_mcp_server
RUN uv sync --locked --no-dev --no-editable && mkdir /data

FROM ${PYTHON}
# Nothing installs anything here any more. The image brings Python without its bytecode, and the server's user could not
# keep it: without this every start would compile the standard library again.
RUN pip uninstall --yes --root-user-action=ignore pip \
    && rm -r /usr/local/lib/python3.*/ensurepip \
    && python -m compileall -q -j 0 -x '/(idlelib|lib2to3|pydoc_data|tkinter|turtledemo)/' /usr/local/lib/python3.*
COPY --from=builder /app /app
COPY --from=builder --chown=10001:10001 /data /data
COPY docs/deployment/health.py /app/health.py

# In here the loopback address reaches nobody. Without authentication the server refuses to listen on all addresses.
ENV PATH=/app/bin:$PATH \
    HOME=/data \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    STOCKTRIM_DATA_FOLDER=/data \
    STOCKTRIM_HOST=0.0.0.0 \
    STOCKTRIM_PORT=8000
LABEL org.opencontainers.image.title="stocktrim-mcp-server" \
    org.opencontainers.image.description="An MCP server for StockTrim: what to reorder, how much, from whom, by when." \
    org.opencontainers.image.licenses="MIT" \
    io.modelcontextprotocol.server.name="io.github.stocktrim-mcp/stocktrim-mcp-server"
WORKDIR /data
USER 10001:10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "/app/health.py"]
ENTRYPOINT ["/app/bin/stocktrim-mcp-server"]
CMD ["serve"]
