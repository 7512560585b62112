"""What is fast, measured against its floor in the same run: `uv run python -m bench`.

One module per figure, each with a `measure` that gives `Figure`s; `figures` says what one is and prints them,
`machine` where they were taken, `processes` starts what is on the other side.
"""
