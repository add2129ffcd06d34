"""From prompts and inputs to messages: composition, segments, ledger, records and provider formats."""
