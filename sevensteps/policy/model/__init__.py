"""What a decision is made of: facts, conditions, arithmetic, rulings and verdicts. No files, no engines."""
