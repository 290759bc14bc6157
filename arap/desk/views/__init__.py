"""The pages that gather from all rooms."""
