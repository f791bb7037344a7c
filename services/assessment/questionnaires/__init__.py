"""The calls about questionnaires, the answers to them, and combined assessments."""
