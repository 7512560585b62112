"""The server over HTTP: who calls, which server is theirs, and how it ends."""
