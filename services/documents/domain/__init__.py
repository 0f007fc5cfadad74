"""What a document is and what it says: pure values and decisions, from a snapshot to the words on
the text.
"""
