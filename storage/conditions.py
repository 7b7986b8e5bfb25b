"""Conditions as SQL over `alerts`: the same as bot/alerts/condition_match.py, and a property test compares the two.

Texts are compared without case. What is looked for in ASCII needs only ASCII folded, which both databases do alike.
Beyond that, PostgreSQL is told which letters to translate, and SQLite calls `fold` of bot/alerts/condition_values.py,
which connections have to know (`know_fold`).
"""



