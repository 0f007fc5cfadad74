"""The outside world of this service: SMTP servers, and the language and layout files beside the
code.
"""
