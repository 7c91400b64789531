"""What a run is made of: parameters, each declared once, and the files that set them."""
