"""Values in, text out: what people and programs read. Pure functions; nothing here touches a stream or a file."""
