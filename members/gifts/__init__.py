"""Memberships for somebody else."""
