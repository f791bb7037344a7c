"""Owns steps 2, 4 and 5: the versions of the support plan, who holds the money, and how the needs are met.

Tells when each step opens, what is arranged, and when a plan is submitted and money and support are organised.
Must never change a submitted version, or arrange more than the personal budget.
"""
