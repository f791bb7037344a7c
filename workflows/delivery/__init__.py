"""From the feed to the journeys: the relay, and journeys made again."""
