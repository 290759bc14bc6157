"""Lists as files with the columns that an import reads, so that what was exported can be brought back."""
