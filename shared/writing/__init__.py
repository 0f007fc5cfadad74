"""Format numbers, money, dates, addresses and untrusted text for people, and split text for search.
Pure.
"""
