"""The personal budgets of agreed plans: the calls of PersonalBudgetsService."""
