"""What a registry is made of: names, versions, refs, inputs, components and prompts. Pure values, no I/O."""
