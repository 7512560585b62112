"""The verbs: one class per domain, in the house's words, over generated operations."""
