"""Cutting a dataset into what is learnt from and what is measured on."""
