"""The proof of the image without a container engine; docker/prove.py says how."""
