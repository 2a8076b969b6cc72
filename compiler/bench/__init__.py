"""Measuring the product: suites, the raw model beside it, runs that resume, statistics and reports."""
