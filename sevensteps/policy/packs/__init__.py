"""Reading packs: YAML with dates and the law behind it, refused by file and line where it is wrong."""
