"""Models that no library is told of."""

from __future__ import annotations

from django.db import models


class Tag(models.Model):
    """What things carry."""

    name = models.CharField(max_length=20)


class Thing(models.Model):
    """A row like any other."""

    name = models.CharField(max_length=20)
    number = models.IntegerField(default=0)
    tags = models.ManyToManyField(Tag)


class Shelf(models.Model):
    """Takes its boxes along when it is deleted."""

    name = models.CharField(max_length=20)


class Box(models.Model):
    """Takes its items along, so that it cannot be deleted unread."""

    shelf = models.ForeignKey(Shelf, on_delete=models.CASCADE)


class Item(models.Model):
    """The end of the cascade."""

    box = models.ForeignKey(Box, on_delete=models.CASCADE)
