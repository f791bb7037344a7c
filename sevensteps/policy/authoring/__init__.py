"""What somebody needs who writes packs: check, worked cases, diff, rules in words."""
