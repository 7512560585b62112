"""Twenty clients, faults and cancellations, and what is left of it: `uv run python -m bench.soak --minutes 10`.

`upstream` is a StockTrim that fails, `buyer` one client, `ledger` what was meant and heard against what there is,
`holding` what a process holds, `serving` the server that tells it, `run` the whole, `page` docs/reliability.md.
"""
