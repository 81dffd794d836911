"""The measuring programs: what they say of figures, and when they say no."""
