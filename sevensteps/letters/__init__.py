"""Letters: the council's texts in, documents in several formats out. Knows nothing of packs, storage or the wire."""
