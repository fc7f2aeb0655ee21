"""What a project is worth over its life: costs and benefits by item, each margin once.

    worth       the question: every item alone and left out, its direct benefits, its life
    gains       what items change in trade, left out, alone and as users see it
    item_worth  one item: present values, rates of return, switching values; rows: what it writes into the ledger
    life        years of construction and service, what is spent, how benefits grow
    passengers  hours that passengers save
    electricity fuel that a plant displaces, or that a line between grids saves
    outturn     what it may cost in the end
    explaining  from a value down to rows and published figures; whole_ledger: direct margins in an appraisal's ledger
    page        what a reader sees

Two views that agree at the level of the world: of what an item changes in freight, tariffs and standards, the
equilibrium says who gains, before anybody pays; direct margins are added to it, and no margin has both.
"""

from samarkand.worth.explaining import explain_item
from samarkand.worth.item_worth import ItemWorth
from samarkand.worth.worth import Worth, appraise_worth

__all__ = ["ItemWorth", "Worth", "appraise_worth", "explain_item"]
