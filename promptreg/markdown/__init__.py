"""The block structure of Markdown with exact offsets. Text in, values out; nothing is rendered."""
