"""Owns step 3: the check of a submitted plan, who signed or returned it, and with which judgements.

Tells when a plan is checked, approved and returned.
Must never let anybody decide on a plan that they wrote, or on a case that they assessed.
"""
