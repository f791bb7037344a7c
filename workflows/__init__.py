"""The journeys of cases in Temporal, and the relay that brings them facts."""
