"""Imported once by the fork server, so that every child process starts warm. The worker needs the
libraries only for a mail that it reads itself.
"""

import asn1crypto.cms
import charset_normalizer
import compressed_rtf
import nh3
import tnefparse

from services.ingest.domain import mail

__all__ = ["asn1crypto", "charset_normalizer", "compressed_rtf", "mail", "nh3", "tnefparse"]
