"""Financial assessments: the calls of FinancesService."""
