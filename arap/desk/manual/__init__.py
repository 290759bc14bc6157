"""The help inside: a text for each page, and the words of the field. Data files, in every language of the desk."""
