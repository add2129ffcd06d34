"""Defects to plant in clean registries, one way or more for each rule."""
