"""Writes: the moves of a mailing, its plan, its ledger. Each function is one use case."""
