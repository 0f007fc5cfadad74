"""How numbers, money, dates and the text of strangers are written for people, and how text is found
again. Pure.
"""
