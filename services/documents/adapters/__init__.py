"""The outside world of this service: WeasyPrint with Pango, HarfBuzz and fonts, and the object
store.
"""
