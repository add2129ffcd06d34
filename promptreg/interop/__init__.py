"""Ways in and out: what turns the prompts of other programs and formats into components, and back."""
