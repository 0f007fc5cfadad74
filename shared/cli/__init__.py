"""The command line `aftercart`, for people who run the house. It knows no service by name and finds
them installed.
"""
