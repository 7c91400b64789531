"""Metrics of the experiment beside this file. Each is a function of the tables of a run, and returns one number."""

from sanfang import metric


@metric(unit="calendar days", better="lower", en="Silent days of the vulnerable", zh="困难群体沉默天数")
def silent_days_of_the_vulnerable(requests, window):
    """From the arising of a need to its voicing or finding; of needs that became requests in the window."""
    known = requests[requests["vulnerable"] & (requests["voiced"] >= window.start)]
    return (known["voiced"] - known["arose"]).mean()


@metric(unit="0-1", better="lower", en="Requests handed on twice or more", zh="转手两次及以上的诉求")
def handed_on_often(requests, window):
    """Of the requests made in the window."""
    made = requests[requests["voiced"] >= window.start]
    return (made["handoffs"] >= 2).mean()


@metric(unit="hours a day", better="lower", en="Hours a day that go into forms", zh="每天填报工时")
def form_hours_a_day(daily, window):
    """Of all offices together."""
    return daily.loc[daily["day"].isin(window), "hours_tasks_form"].mean()
