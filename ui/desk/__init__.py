"""The desk of the Studio: how its sliders stand, and what the browser is told to rank by them."""
