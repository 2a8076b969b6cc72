"""Contracts proved or refuted by Z3 over symbolic executions."""
