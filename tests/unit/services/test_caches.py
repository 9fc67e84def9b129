"""What is kept, and for how long, is what one place says."""

import re
from datetime import timedelta
from pathlib import Path

import traitortrack_desktop.storage.central
from traitortrack_desktop.environment.settings import Settings
from traitortrack_desktop.services.catalogue_following import ASK_SECONDS
from traitortrack_desktop.services.finding import (
    CACHES,
    CATALOGUE_COUNTS_FOR,
    HOLDER_COUNTS_FOR,
    SIGN_IN_COUNTS_FOR,
)

FUNCTIONS = Path(traitortrack_desktop.storage.central.__file__).parent / "functions"
DEFAULTS = {name: field.default for name, field in Settings.__dataclass_fields__.items()}


def test_the_catalogue_counts_for_as_long_as_the_setting_says():
    assert timedelta(hours=DEFAULTS["fact_trust_hours"]) == CATALOGUE_COUNTS_FOR


def test_a_sign_in_counts_for_as_long_as_the_setting_says():
    assert timedelta(days=DEFAULTS["offline_sign_in_days"]) == SIGN_IN_COUNTS_FOR


def test_a_holder_counts_for_as_long_as_the_centre_says():
    minutes = re.findall(r"interval '(\d+) minutes'", (FUNCTIONS / "holds.sql").read_text(encoding="utf-8"))

    assert timedelta(minutes=max(map(int, minutes))) == HOLDER_COUNTS_FOR


def test_the_feed_is_asked_as_often_as_is_said():
    assert f"every {ASK_SECONDS} s" in CACHES[0].made_new_by


def test_each_says_what_makes_it_new():
    assert all(cache.what and cache.made_new_by for cache in CACHES)
