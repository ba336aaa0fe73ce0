"""FLAME (Max Planck Institute for Intelligent Systems) as a HeadModel, read from files that a user registers for."""
