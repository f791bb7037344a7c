"""Reading packs: YAML with dates and the law behind it. What is wrong is refused with its file and line."""
