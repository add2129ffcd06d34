"""The token budget: which form of which part is sent, and why."""
