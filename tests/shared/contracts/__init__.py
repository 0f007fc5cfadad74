"""Test the published contract: messages, examples, the generated document, and that it only
grows.
"""
