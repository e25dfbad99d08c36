"""Invented people and visits for trying the portal out. Nothing here is anybody: every NIK has the unused
province code 00, e-mail ends in example.com, and phone numbers lie in one made-up range."""
