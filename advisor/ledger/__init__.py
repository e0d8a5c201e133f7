"""The ledger: what was advised and decided on which facts, what came of it, and how good the advice was."""
