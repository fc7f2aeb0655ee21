"""Programmes: projects, measures, financing and parties, read from TOML and checked whole.

    programme = load_programme("eurasian-corridors")
    faults = check_programme("my-programme.toml")

Either a programme is without fault or nothing of it is used.
"""

from samarkand.core.lazy import lazy_exports

_MODELS = ("Financing", "Item", "Measure", "Party", "Programme", "Project", "Section")

__getattr__, __dir__, __all__ = lazy_exports(
    __name__,
    {
        "Change": "samarkand.programme.applying",
        "Schedule": "samarkand.programme.schedule",
        "Gap": "samarkand.core.gaps",
        "TariffChange": "samarkand.programme.channels.tariffs",
        "apply": "samarkand.programme.applying",
        "check_programme": "samarkand.programme.library",
        "load_programme": "samarkand.programme.library",
        "plan_schedule": "samarkand.programme.schedule",
        "shipped_programmes": "samarkand.programme.library",
        **dict.fromkeys(_MODELS, "samarkand.programme.model.models"),
    },
)
