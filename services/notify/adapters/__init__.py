"""The outside world of this service: an SMTP server, and the languages and layouts that lie beside
the code.
"""
