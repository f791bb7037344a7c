"""What a decision is made of: facts, conditions, calculations, rules and verdicts. No files and no engines."""
