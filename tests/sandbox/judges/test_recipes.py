"""Stripe's own CLI brings its events about with these calls; so must they in the sandbox."""

import pytest

from tests.sandbox.judges.judging import findings
from tests.sandbox.judges.recipes.runner import RecipeFailed, form, latest_events, play, recipes
from tests.sandbox.judges.recipes.selection import LATER, NOW, event_of


@pytest.mark.parametrize("recipe", NOW)
def test_recipe_runs_and_brings_about_its_event(base, recipe):
    answers, event_types = play_and_watch(base, recipe)

    assert event_of(recipe) in event_types
    assert findings(answers) == []


@pytest.mark.parametrize("recipe", LATER)
def test_recipe_of_later_work_is_not_there_yet(base, recipe):
    """When this fails, the sandbox has learnt it: move the recipe to NOW."""
    assert not passes(base, recipe)


def passes(base, recipe):
    try:
        return event_of(recipe) in play_and_watch(base, recipe)[1]
    except RecipeFailed:
        return False


def play_and_watch(base, recipe):
    """The answers to a recipe's steps, and the types of the events that were not there before."""
    before = latest_events(base)
    played = play(recipe, base)
    after = latest_events(base)
    return list(played.answers.values()), {after[event] for event in after.keys() - before.keys()}


def test_every_vendored_recipe_is_selected_once():
    assert sorted([*NOW, *LATER]) == sorted(recipes())


def test_forms_are_nested_as_stripe_wants_them():
    params = {
        "items": [{"price": "price_1"}],
        "confirm": True,
        "types": ["card"],
        "recurring[interval]": "month",
    }

    assert list(form(params)) == [
        ("items[0][price]", "price_1"),
        ("confirm", "true"),
        ("types[0]", "card"),
        ("recurring[interval]", "month"),
    ]
