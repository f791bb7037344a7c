"""What happens to a case over the years: journeys in Temporal, and what brings them facts."""
