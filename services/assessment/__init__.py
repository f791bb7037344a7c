"""Owns the case and step 1: conversations, self-assessments, determinations, indicative budgets, advice and endings.

Tells of each of these, from `case.opened.v1` to `case.ended.v1`.
Must never confirm a determination by itself: the pack proposes, and a named practitioner confirms.
"""
