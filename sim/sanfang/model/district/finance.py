"""Money and planned public services (in phase 1 of the day, on the first day of a month).

The month's money is a fixed sum. What the reform costs comes off first; of the rest one part is
planned as public services, the other pays for cases, from departments' budgets and communities' funds. Both stand in
one file, a little longer than others, because they share one sum, and every yuan of it must be found again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sanfang.model.books import headings as h
from sanfang.model.books.window_money import shares_of_months
from sanfang.model.district.geography import Geography
from sanfang.model.kernel.draws import stream
from sanfang.model.policy import PolicyOfDay
from sanfang.model.state import ARISEN, COMMUNITY, DEPARTMENT, HEALED, LATENT
from sanfang.model.world import World
from sanfang.scenario.scenario import Scenario


@dataclass
class MonthBooks:
    """What a month's money was for."""

    ahead: np.ndarray
    """`[tier, heading]`: yuan paid on its first day for the whole of it, from grid to department; rebooked as unused
    when it is over."""
    pots: np.ndarray
    """`[tier]`: yuan put into the funds of communities and the budgets of departments, for cases."""


@dataclass
class Finance:
    """The district's plan and books."""

    demand: np.ndarray
    """`[c, d]`: yuan a month that would cover the services needed."""
    error: np.ndarray
    """`[c, d]`: standard normal error of a community's estimate of it."""
    service_share: np.ndarray
    """`[d]`: share of the money for services."""
    needed: np.ndarray
    """`[d]`: share of the money for cases."""
    matched: np.ndarray
    """`[d]`: the part of `needed` for duties that communities have or may get."""
    people: np.ndarray
    """`[c]`: residents."""
    maturity: np.ndarray
    """`[c]`: how far social organisations have grown, 0 to 1."""
    fee: np.ndarray
    """`[c]`: yuan paid for contracts this month."""
    begin: int = 0
    """Day of the calendar on which the books begin: 0, or one before it in the years before."""
    terminal_fee: float = 0.0
    """Yuan paid for terminals this month."""
    terminal_uses: int = 0
    """Matters finished at terminals before this month."""
    supplied: float = 0.0
    """Yuan of public money so far, wages apart."""
    outside: float = 0.0
    """Yuan of outside money so far."""
    months: list[MonthBooks] = field(default_factory=list)
    """Of each month begun so far; the first one begins with the run."""

    def __post_init__(self) -> None:
        """`known[c, d]`: requests from which demand is estimated, older ones count less; `seen[c, d]`: those voiced or
        found by the last look at them."""
        self.known, self.seen = np.zeros(self.error.shape), np.zeros(self.error.shape)

    def learn(self, flow: np.ndarray, years: float) -> np.ndarray:
        """`known`, a month later: a memory of so many `years` on average, or as much as there is."""
        now = voiced_or_found(flow)
        self.known = (1.0 - 1.0 / (12.0 * years)) * self.known + now - self.seen
        self.seen = now
        return self.known

    def carried(self) -> dict[str, np.ndarray]:
        """What lasts when new books are opened, once the month is settled."""
        return {"maturity": self.maturity.copy(), "known": self.known.copy()}

    def carry_on(self, arrays: dict[str, np.ndarray], flow: np.ndarray, in_pots: float, outside: float) -> None:
        """Open the books with what was `carried`: yuan left `in_pots` for cases, and of `outside` money.

        `flow`: needs that are carried over, of which none is news.
        """
        self.maturity, self.known = arrays["maturity"].copy(), arrays["known"].copy()
        self.seen = voiced_or_found(flow)
        self.supplied, self.outside = in_pots, outside


def voiced_or_found(flow: np.ndarray) -> np.ndarray:
    """`[c, d]`: needs in the flow that offices have heard of."""
    return np.asarray(flow[:, :, ARISEN] - flow[:, :, LATENT] - flow[:, :, HEALED])


def plan_finance(scenario: Scenario, map_: Geography, seed: int) -> Finance:
    """The plan of the year: demand for services by community and domain, departments' shares of case money."""
    domains = list(scenario.domains.values())
    expected = np.array([d.hazard * d.yuan for d in domains])
    share = np.array([d.hazard * d.prevention * d.yuan for d in domains])
    share = share / share.sum() if share.sum() > 0 else np.full(len(domains), 1 / len(domains))
    people = map_.population.astype(float)
    services = scenario.money.operating * scenario.money.service_share / 12 * people
    needed = expected / expected.sum() if expected.sum() > 0 else np.full(len(domains), 1 / len(domains))
    decidable = np.array([1.0 if d.level <= COMMUNITY else d.devolvable for d in domains])
    error = np.stack([stream(seed, "estimates", id_).standard_normal(len(domains)) for id_ in map_.ids])
    return Finance(
        demand=scenario.supply.need_yuan * services[:, None] * share * map_.factor,
        error=error,
        service_share=share,
        needed=needed,
        matched=needed * decidable,
        people=people,
        maturity=np.zeros(len(people)),
        fee=np.zeros(len(people)),
    )


def allocate_month(
    scenario: Scenario, map_: Geography, world: World, finance: Finance, policy: PolicyOfDay, base_posts: np.ndarray,
    part: float = 1.0,
) -> None:  # fmt: skip
    """Settle the last month's contracts and terminals, then hand out this month's money.

    `base_posts[c]`: posts at each community's grids and office now. `part`: the share of the month's days that are
    left, below 1 where a run begins within a month; all that is paid by the month is paid for these days.
    """
    settle_month(scenario, world, finance)
    spent, pots = world.spent[: DEPARTMENT + 1].copy(), in_pots(world)
    month = part * scenario.money.operating / 12 * finance.people.sum()
    finance.supplied += month
    rest = month - _pay_reform(scenario, world, finance, policy, base_posts, month, part)
    services = rest * scenario.money.service_share
    _supply_services(scenario, map_, world, finance, policy, services, part)
    _fund_cases(world, finance, policy, rest - services)
    finance.months.append(MonthBooks(world.spent[: DEPARTMENT + 1] - spent, in_pots(world) - pots))
    income = part * policy.income * finance.people
    world.communities["outside"] += income
    finance.outside += float(income.sum())


def _fund_cases(world: World, finance: Finance, policy: PolicyOfDay, yuan: float) -> None:
    """Share out the money for cases. What communities get comes from where their duties, or those they may be
    given, lie: spending power is matched to duties (F1b), whether or not the duties have come along."""
    heads = finance.people / finance.people.sum()
    matched = finance.matched.sum()
    local = np.minimum(policy.funds, matched) * heads
    kept = finance.needed - finance.matched * (local.sum() / matched if matched > 0 else 0.0)
    world.communities["fund"] += yuan * local
    np.add.at(world.budget, world.domains["department"], yuan * kept)


def _pay_reform(
    scenario: Scenario, world: World, finance: Finance, policy: PolicyOfDay, base_posts: np.ndarray, month: float,
    part: float = 1.0,
) -> float:  # fmt: skip
    """What the reform costs in `part` of a month (yuan); scaled down in proportion where it is more than there is,
    which is `month`."""
    communities, yuan, people = world.communities, policy.yuan, finance.people
    bill = {
        h.Y_TERMINALS: yuan["terminals"] * people,
        h.Y_CONTRACTS: yuan["contracts"] * people,
        h.Y_DATA: yuan["data_system"] * people,
        h.Y_RECOGNITION: yuan["recognition"] * base_posts,
        h.Y_PLATFORM: yuan["digital_platform"] * people,
    }
    total = part * sum(float(item.sum()) for item in bill.values())
    paid = part * (month / total if total > month else 1.0)
    finance.terminal_fee = paid * float(bill[h.Y_TERMINALS].sum())
    finance.fee = paid * bill[h.Y_CONTRACTS]
    for heading, item in bill.items():
        world.spent[COMMUNITY, heading] += paid * item.sum()
    growing = np.where(finance.fee > 0, part / scenario.prices.contract_months, 0.0)
    finance.maturity += (1.0 - finance.maturity) * np.minimum(growing, 1.0)
    communities["contract"] = finance.fee / scenario.prices.contract_rate * finance.maturity
    communities["contract_used"] = 0.0
    return min(total, month)


def settle_month(scenario: Scenario, world: World, finance: Finance) -> None:
    """Book what was paid for the month that has ended and not used: on the first day of the next. A run that ends with
    a month does not come to it; `unused_so_far` reckons that month."""
    communities, unused = world.communities, unused_so_far(scenario, world, finance, 1.0)
    world.spent[: DEPARTMENT + 1] += unused
    world.outside_hours[h.O_PARTNERS] += communities["contract_used"].sum()
    finance.terminal_uses = int(world.counts["terminal_uses"][0])
    finance.fee, finance.terminal_fee = np.zeros_like(finance.fee), 0.0
    communities["contract"] = communities["contract_used"] = 0.0
    if finance.months:
        finance.months[-1].ahead += unused


def unused_so_far(scenario: Scenario, world: World, finance: Finance, passed: float) -> np.ndarray:
    """What of this month's payments has bought nothing, as yuan `[tier, heading]` to be added to the books.

    Of the month's days the share `passed` is over; so much of the contracted hours and of the room on terminals, less
    what was used of it, is lost. What the days to come may still use is not.
    """
    communities, moved = world.communities, np.zeros((DEPARTMENT + 1, len(h.YUAN_HEADINGS)))
    bought = communities["contract"] + communities["contract_used"]
    due, left = bought * passed, np.maximum(communities["contract"] - bought * (1.0 - passed), 0.0)
    unused = np.divide(left, due, out=np.zeros_like(due), where=due > 0)
    # What is paid while organisations still grow buys nothing yet.
    lost = passed * float((finance.fee * (1.0 - finance.maturity * (1.0 - unused))).sum())
    _rebook(moved, h.Y_CONTRACTS, h.Y_CONTRACTS_UNUSED, lost)
    if finance.terminal_fee > 0 and passed > 0:
        uses = int(world.counts["terminal_uses"][0]) - finance.terminal_uses
        room = passed * finance.terminal_fee / scenario.prices.terminal_yuan * scenario.prices.terminal_capacity
        lost = passed * finance.terminal_fee * max(0.0, 1.0 - uses / room)
        _rebook(moved, h.Y_TERMINALS, h.Y_TERMINALS_UNUSED, lost)
    return moved


def month_books(scenario: Scenario, world: World, finance: Finance, day: int) -> tuple[np.ndarray, np.ndarray]:
    """Of each month begun by the start of `day`, what was paid ahead `[month, tier, heading]` and put into the pots
    `[month, tier]`; see `MonthBooks`. A month that is not over is reckoned as if it went on as so far."""
    ahead = np.array([month.ahead for month in finance.months])
    if finance.months:
        passed = share_of_month(scenario, finance, day)
        ahead[-1] += unused_so_far(scenario, world, finance, passed) / passed
    return ahead, np.array([month.pots for month in finance.months])


def share_of_month(scenario: Scenario, finance: Finance, day: int) -> float:
    """The share of the running month's days that are over at the start of `day`; 1 before its money has come."""
    begin = finance.begin
    return float(shares_of_months(scenario.calendar, len(finance.months), begin, begin + day, begin)[-1])


def _rebook(books: np.ndarray, heading: int, waste: int, yuan: float) -> None:
    """Money that communities paid under a heading was waste."""
    books[COMMUNITY, heading] -= yuan
    books[COMMUNITY, waste] += yuan


def _supply_services(
    scenario: Scenario, map_: Geography, world: World, finance: Finance, policy: PolicyOfDay, yuan: float,
    part: float = 1.0,
) -> None:  # fmt: skip
    """Plan services of `part` of a month, let neighbours use their part, and see what is covered and what is too much.

    The centre plans the same per head, or by communities' estimates as far as they have a say. A
    community plans its own share by its estimate, and counts only what its own residents get of it. Requests
    voiced or found in the last years make estimates better.
    """
    local = policy.funds[:, None]
    heads = finance.people / finance.people.sum()
    even = heads[:, None] * finance.service_share
    known = finance.learn(world.flow, scenario.supply.memory_years)
    learnt = scenario.supply.known_requests / (scenario.supply.known_requests + known)
    spread = scenario.supply.estimate_error * np.sqrt(learnt) * (1.0 - policy.precision)[:, None]
    estimate = finance.demand * np.exp(spread * finance.error - 0.5 * spread**2)
    spill = np.array([domain.spillover for domain in scenario.domains.values()])
    proposed = estimate / estimate.sum()
    say = policy.proposals[:, None]
    central = (1.0 - local) * ((1.0 - say) * even + say * proposed)
    kept = 1.0 - float((local * heads[:, None]).sum())
    central *= kept / central.sum() if kept > 0 else 0.0
    own = estimate * (1.0 - spill)
    locally = local * heads[:, None] * own / own.sum(axis=1, keepdims=True)
    planned = yuan * (central + locally)
    reach = _with_spillover(planned, spill, map_)
    demand = part * finance.demand
    covered = np.minimum(reach / np.maximum(demand, 1e-9), 1.0)
    world.community_domain["covered"] = covered
    world.community_domain["unmet"] = 1.0 - covered
    over = float(np.maximum(reach - demand, 0.0).sum())
    by_community = yuan * float(locally.sum())
    for tier, part in ((COMMUNITY, by_community), (DEPARTMENT, yuan - by_community)):
        world.spent[tier, h.Y_SERVICES] += part * (1.0 - over / yuan) if yuan > 0 else 0.0
        world.spent[tier, h.Y_OVERSUPPLY] += part * over / yuan if yuan > 0 else 0.0


def _with_spillover(planned: np.ndarray, spill: np.ndarray, map_: Geography) -> np.ndarray:
    """`[community, domain]`: what residents of each community get of what all have planned."""
    reach = (1.0 - spill) * planned
    for c, near in enumerate(map_.neighbours):
        if len(near):
            reach[near] += spill * planned[c] / len(near)
        else:
            reach[c] += spill * planned[c]
    return reach


def lapse(world: World, waiting_yuan: float) -> None:
    """The year ends: what is left in the pots lapses. It was stranded as far as cases waited for money elsewhere."""
    world.spent[: DEPARTMENT + 1] += leftovers(world, waiting_yuan)
    world.communities["fund"] = 0.0
    world.budget[:] = 0.0


def in_pots(world: World) -> np.ndarray:
    """Yuan `[tier]` in the funds of communities and the budgets of departments, from grid to department."""
    pots = np.zeros(DEPARTMENT + 1)
    pots[COMMUNITY], pots[DEPARTMENT] = world.communities["fund"].sum(), world.budget.sum()
    return pots


def leftovers(world: World, waiting_yuan: float) -> np.ndarray:
    """What is in the pots now, stranded or merely unspent: yuan `[tier, heading]`, from grid to department."""
    left = np.zeros((DEPARTMENT + 1, len(h.YUAN_HEADINGS)))
    pots = np.array([world.communities["fund"].sum(), world.budget.sum()])
    part = min(1.0, waiting_yuan / pots.sum()) if pots.sum() > 0 else 0.0
    left[[COMMUNITY, DEPARTMENT], h.Y_STRANDED] = pots * part
    left[[COMMUNITY, DEPARTMENT], h.Y_UNSPENT] = pots * (1.0 - part)
    return left
