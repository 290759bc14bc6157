"""Passwords of tests: kept as in production, by Argon2, but without its price, which is two thirds of a sign-in."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickArgon2(Argon2PasswordHasher):
    """The least that Argon2 takes."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
