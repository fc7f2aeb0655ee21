"""What a project is worth over its life: costs and benefits by item, each margin once.

    worth       the question: every item alone and left out, its direct benefits, its life
    life        years of construction and service, what is spent, how benefits grow
    passengers  hours that passengers save
    electricity fuel that a plant displaces
    page        what a reader sees

Two views that agree at the level of the world: of what an item changes in freight, tariffs and standards, the
equilibrium says who gains, before anybody pays; direct margins are added to it, and no margin has both.
"""

from samarkand.worth.worth import ItemWorth, Worth, appraise_worth

__all__ = ["ItemWorth", "Worth", "appraise_worth"]
