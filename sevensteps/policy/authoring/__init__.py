"""What an author of packs needs: check, worked cases, diff, the table of rules, decisions made again."""
