"""WeasyPrint with patches and its slowest modules compiled, built by `make weasyprint`."""
